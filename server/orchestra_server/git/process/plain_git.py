"""Runs one git process that starts no other program; `run.py` decides which commands those are."""

import os
import re
import shlex
import tempfile
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from orchestra_core.errors import Unavailable
from orchestra_core.process.lean_import import all_or_nothing, bare_packages
from orchestra_core.text import one_line
from orchestra_server.git.process.caller_environ import (
    added_by_caller,
    missing_from_caller,
)

if TYPE_CHECKING:
    from git.cmd import Git

# For every git. Its messages are read, so they are in English; optional locks would make a worker's
# own git fail now and then.
ENVIRONMENT = {
    "LANGUAGE": "C",
    "LC_ALL": "C",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_EDITOR": "true",
}
# Variables that a calling git (a hook that started this process, say) may have exported: those that
# would redirect commands to another repository, git-rev-parse(1) --local-env-vars without its
# configuration; and those that change how paths or attributes are read.
INHERITED = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_ATTR_SOURCE",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_DIR",
    "GIT_EXTERNAL_DIFF",
    "GIT_GLOB_PATHSPECS",
    "GIT_GRAFT_FILE",
    "GIT_ICASE_PATHSPECS",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_LITERAL_PATHSPECS",
    "GIT_NAMESPACE",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_QUARANTINE_PATH",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
)
_WORDS_LIMIT = 300  # characters of git's message in an error line
_LOCK = re.compile(r"'([^']+\.lock)': File exists")  # left by a killed git, or in use
# What to do, because git says what is wrong but not always how to fix it.
_CURES = (
    (re.compile("No space left on device|Out of diskspace"), "make room on the disk"),
    (re.compile("Disk quota exceeded"), "make room in this user's disk quota"),
    (
        re.compile("(?:couldn't|unable to) write|write error"),
        "see that the disk has room and can be written",
    ),
    (
        re.compile("you have unmerged files"),
        "resolve their conflicts there, 'git add' them, and call again",
    ),
    (
        re.compile("(?:LF would be replaced by CRLF|CRLF would be replaced by LF) in"),
        "convert its line ends, or let git do it: git config core.safecrlf warn",
    ),
)
# One of the user's filters failed. Where it has ended before it was asked, git does not name it,
# and a shell's line above says which program is missing.
FAILED_FILTER = re.compile(r"\b(?:clean|smudge) filter '?(?P<name>[^'\n]+?)'? failed")
UNNAMED_FILTER = "the remote end hung up unexpectedly"
_BY_HOOK = "aborted by hook"
# `git worktree add` makes this file empty and then writes it, and every git that looks at all
# worktrees dies of it in between, before it has changed anything.
_HALF_MADE = re.compile(r"failed to read (?P<file>\S.*/worktrees/[^/\n]+/commondir): ")
# A file monitor is a program that may hang and may have missed a file.
NO_FILE_MONITOR = ("-c", "core.fsmonitor=false")
_importing = threading.Lock()  # several threads may need the first git at once
_TRACE = re.compile(r"\d\d:\d\d:\d\d\.\d{6} ")  # begins a line of the person's GIT_TRACE
_PREFIX = re.compile(r"(?:fatal|error): ")


@dataclass(frozen=True, slots=True)
class GitResult:
    """How one git command ended; both outputs decoded so that any file name survives."""

    status: int
    out: str
    err: str

    @property
    def met_half_a_worktree(self) -> bool:
        """Whether it failed because another git is adding a worktree, or was killed meanwhile."""
        return bool(self.status) and _HALF_MADE.search(self.err) is not None

    @property
    def failure(self) -> str:
        """Git's error message, as one line without `fatal:`."""
        # The names that an error lists follow it, each after a tab.
        lines = [
            line
            for line in self.err.replace(":\n\t", ": ").splitlines()
            if line.strip() and not _TRACE.match(line)
        ]
        telling = [line for line in lines if _PREFIX.match(line)] or lines
        if any(_BY_HOOK in line or UNNAMED_FILTER in line for line in telling):
            telling = lines  # the hook's own words say why, or those of the shell
        if FAILED_FILTER.search(telling[-1] if telling else ""):
            telling = [telling[0], telling[-1]]  # those between say the same
        said = "; ".join(dict.fromkeys(_PREFIX.sub("", line, count=1) for line in telling))
        line = one_line(said, _WORDS_LIMIT) or f"git ended with status {self.status}"
        lock = _LOCK.search(line)
        if lock:
            return f"{line} If no git is at work there, delete it: rm '{lock[1]}'"
        half_made = _HALF_MADE.search(line)
        if half_made:
            return (
                f"{line}; git was cut off while it added that worktree; if none is at work there, "
                f"write the file again: echo ../.. > '{half_made['file']}'"
            )
        cure = _filter_cure(self.err) or next(
            (cure for words, cure in _CURES if words.search(self.err)), ""
        )
        return f"{line}; {cure}" if cure else line


def _filter_cure(said: str) -> str:
    failed = FAILED_FILTER.search(said)
    if failed is None:
        return ""
    name = re.escape(failed["name"])
    return (
        f"install the program of filter {failed['name']!r}, or see why it fails: "
        f"git config --get-regexp {shlex.quote(f'^filter.{name}.')}"
    )


def run_plain_git(
    directory: Path, *args: str, stdin: str = "", env: Mapping[str, str] | None = None
) -> GitResult:
    """Run git in `directory` and return how it ended, with `stdin` as its standard input.

    It passes `-C` rather than a working directory: GitPython falls back to the process's own when
    the given one is gone, and a command for a chamber would then change the main checkout.
    Raises Unavailable when there is no git.
    """
    ours = env or {}
    command = [*_unset(ours), "git", "-C", str(directory), *NO_FILE_MONITOR, *args]
    with _stdin_file(stdin) as stdin_file:
        status, out, err = _git().execute(
            command,
            istream=stdin_file,
            with_extended_output=True,
            with_exceptions=False,
            stdout_as_string=False,
            strip_newline_in_stdout=False,
            env={**_caller_additions(), **ENVIRONMENT, **ours},
        )
    return GitResult(status, os.fsdecode(out), err)


@contextmanager
def _stdin_file(stdin: str) -> Generator[BinaryIO | None]:
    """Yield the text as an open file, because GitPython takes no text; None for an empty text."""
    if not stdin:
        yield None
        return
    with tempfile.TemporaryFile() as file:
        file.write(os.fsencode(stdin))
        file.seek(0)
        yield file


@cache
def git_version() -> tuple[int, ...]:
    """Return git's version; raises Unavailable when there is no git.

    GitPython's own `version_info` is not thread-safe: it may then return a function.
    """
    said = str(_git().execute(["git", "version"]))
    return tuple(int(number) for number in re.findall(r"\d+", said)[:3])


def _caller_additions() -> dict[str, str]:
    return {name: value for name, value in added_by_caller().items() if name not in INHERITED}


def _unset(ours: Mapping[str, str]) -> list[str]:
    """Return the `env` prefix that unsets variables: GitPython can only add some.

    It leaves out the variables that this call sets, which `env` would unset too: a copied index
    would then be the real one.
    """
    dropped = dict.fromkeys((*INHERITED, *missing_from_caller()))
    set_by_call = {*ENVIRONMENT, *ours}
    present = [name for name in dropped if name in os.environ and name not in set_by_call]
    return ["env", *(part for name in present for part in ("-u", name))] if present else []


@cache
def _git() -> "Git":
    """Import GitPython late: its import runs `git version` and fails where there is no git.

    Only its module that runs git is imported. All of it takes three times as long, and two MiB.
    """
    with _importing:
        try:
            lean = bare_packages("git", "gitdb"), all_or_nothing("git", "gitdb", "smmap")
            with suppress(Exception), lean[0], lean[1]:
                from git.cmd import Git  # noqa: PLC0415 - as the docstring says

                Git.refresh()
                return Git()
            from git.cmd import Git  # noqa: PLC0415 - as above
        except ImportError as error:
            raise Unavailable(
                "git was not found on PATH; install git 2.38 or newer and start again"
            ) from error
        return Git()
