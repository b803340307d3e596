"""The one place that starts git: a stable environment, no prompts, and errors of one line.

A git command that may start other programs (hooks, filters, signing, merge drivers) goes to
`foreign_programs.py`, which never waits for them without a deadline.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from time import sleep

from orchestra_core.errors import Unavailable
from orchestra_server.git.process.caller_environ import caller_environ
from orchestra_server.git.process.foreign_programs import run_programs, run_programs_for_prefix
from orchestra_server.git.process.plain_git import (
    GitResult,
    run_plain_git,
)

# Commands in which git runs filters, merge drivers, signing, `core.fsmonitor` or hooks: also those
# that only write a ref (reference-transaction) or an index (post-index-change).
_STARTS_PROGRAMS = frozenset((
    "add", "branch", "checkout-index", "commit", "commit-tree", "diff", "diff-index", "fetch",
    "hash-object", "ls-files", "merge", "merge-tree", "read-tree", "reset", "status", "submodule",
    "symbolic-ref", "update-index", "update-ref", "worktree", "write-tree",
))  # fmt: skip
# Seconds between attempts while another git writes the records of a worktree that it adds.
_PAUSES = (0.01, 0.02, 0.05, 0.1, 0.2)


class GitFailed(Unavailable):
    """A git command failed; the text has the command and git's own message, `said` all of it."""

    def __init__(self, text: str, said: str = "") -> None:
        super().__init__(text)
        self.said = said


def run_git(
    directory: Path, *args: str, stdin: str = "", env: Mapping[str, str] | None = None
) -> GitResult:
    """Run git in `directory` and return how it ended, with `stdin` as its standard input.

    Raises Unavailable when there is no git; Refused when a program that it started took longer
    than the user allows, or the waiting caller cancelled it.
    """
    for pause in _PAUSES:
        result = _run_once(directory, *args, stdin=stdin, env=env)
        if not result.met_half_a_worktree:
            return result
        sleep(pause)
    return _run_once(directory, *args, stdin=stdin, env=env)


def _run_once(directory: Path, *args: str, stdin: str, env: Mapping[str, str] | None) -> GitResult:
    command = _subcommand(args)
    if command not in _STARTS_PROGRAMS and "--filters" not in args:
        return run_plain_git(directory, *args, stdin=stdin, env=env)
    waits_for = f"git {command} in {directory} (the repository's own programs)"
    return run_programs(directory, *args, waits_for=waits_for, stdin=stdin, env=env)


def ceiling_env(directory: Path) -> dict[str, str]:
    """Return the environment that keeps git from finding a repository above `directory`.

    A chamber is inside the main checkout: without its `.git` file, git would change the checkout.
    """
    return {"GIT_CEILING_DIRECTORIES": str(directory.parent)}


def locale_env() -> dict[str, str]:
    """Return the environment for commands that run the user's hooks: with the user's locale."""
    return {name: caller_environ().get(name, "") for name in ("LC_ALL", "LANGUAGE")}


def git_output(
    directory: Path, *args: str, stdin: str = "", env: Mapping[str, str] | None = None
) -> str:
    """Return what git prints in a working tree or bare repository; raises GitFailed."""
    result = run_git(directory, *args, stdin=stdin, env={**ceiling_env(directory), **(env or {})})
    if result.status:
        raise GitFailed(
            f"git {_subcommand(args)} failed in {directory}: {result.failure}", result.err
        )
    return result.out


def git_output_prefix(
    directory: Path, *args: str, limit: int, env: Mapping[str, str] | None = None
) -> tuple[str, bool]:
    """Return at most `limit` bytes of what git prints, and whether there was more.

    The pipe is closed at the limit: a diff can be gigabytes.
    """
    command = _subcommand(args)
    status, read = run_programs_for_prefix(
        directory, *args, limit=limit, env={**ceiling_env(directory), **(env or {})},
        waits_for=f"git {command} in {directory} (the repository's own programs)",
    )  # fmt: skip
    if status:
        raise GitFailed(f"git {command} failed in {directory} with status {status}")
    return os.fsdecode(read[:limit]), len(read) > limit


def _subcommand(args: tuple[str, ...]) -> str:
    settings = {index + 1 for index, arg in enumerate(args) if arg == "-c"}
    words = (arg for i, arg in enumerate(args) if i not in settings and not arg.startswith("-"))
    return next(words, "")
