"""Reads a working tree's branch, commit and uncommitted work with one git process."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from orchestra_core.errors import Refused, Unavailable
from orchestra_server.git.process.run import git_output
from orchestra_server.git.repository.find_orchestra_files import is_ours

# All uncommitted work, whatever the user's settings hide; read from the files themselves and not
# from git's cache of untracked files.
_STATUS_COMMAND = (
    "-c", "core.untrackedCache=false",
    "status", "--porcelain=v2", "--branch", "-z", "--no-ahead-behind", "--no-renames",
    "--untracked-files=all", "--ignore-submodules=none",
)  # fmt: skip
_ONE_THREAD = ("-c", "core.preloadIndex=false")
# Fields before the path of an entry, git-status(1).
_UNMERGED_FIELDS = 10
_CHANGED_FIELDS = 8


@dataclass(frozen=True, slots=True)
class WorktreeStatus:
    """Branch and commit of HEAD, "" for none; and the uncommitted work, by git-status(1)."""

    branch: str
    commit: str
    clean: bool  # HEAD's commit has everything that git does not ignore
    unmerged: tuple[str, ...]
    untracked: tuple[str, ...]  # a nested repository ends with a slash
    own_files: tuple[str, ...] = ()  # Orchestra's that HEAD lacks; in no other field


def read_status(
    worktree: Path, *, among_many: bool = False, options: tuple[str, ...] = ()
) -> WorktreeStatus:
    """Return the status of a working tree; raises Unavailable if it no longer is one.

    `among_many` says that the caller reads several at once: threads of git's own would only be in
    each other's way. `options` are more for git, before its command.
    """
    require_worktree(worktree)
    headers, entries, own = dict[str, str](), list[str](), list[str]()
    settings = (*options, *_ONE_THREAD) if among_many else options
    for line in git_output(worktree, *settings, *_STATUS_COMMAND).split("\0")[:-1]:
        if line.startswith("# "):
            name, _, value = line[2:].partition(" ")
            headers[name] = value
        elif (path := _new_path(line)) and is_ours(worktree, path):
            own.append(path)
        else:
            entries.append(line)
    branch, commit = headers.get("branch.head", ""), headers.get("branch.oid", "")
    return WorktreeStatus(
        branch="" if branch == "(detached)" else branch,
        commit="" if commit == "(initial)" else commit,
        clean=not entries,
        unmerged=tuple(
            entry.split(" ", _UNMERGED_FIELDS)[-1] for entry in entries if entry[0] == "u"
        ),
        untracked=tuple(entry[2:] for entry in entries if entry[0] == "?"),
        own_files=tuple(own),
    )


def _new_path(entry: str) -> str:
    """Return the path of an entry that HEAD lacks, untracked or only staged; "" for any other."""
    if entry[0] == "?":
        return entry[2:]
    if entry.startswith(("1 A", "1 .A")):
        return entry.split(" ", _CHANGED_FIELDS)[-1]
    return ""


def git_directory(worktree: Path) -> Path:
    """Return git's directory for a working tree, with its HEAD and index."""
    place = worktree / ".git"
    if place.is_dir():
        return place
    try:
        named = os.fsdecode(place.read_bytes()).removeprefix("gitdir: ").removesuffix("\n")
    except OSError as fault:
        raise _no_worktree(worktree) from fault
    return worktree / named


def require_worktree(worktree: Path) -> None:
    """Raise Unavailable unless the directory is the top of a working tree."""
    if worktree.is_symlink():
        raise Unavailable(
            f"{worktree} was replaced by a symbolic link to {worktree.readlink()}, which is not "
            f"the working tree; put the directory back, or delete the link: rm '{worktree}'"
        )
    if not (worktree / ".git").exists():
        raise _no_worktree(worktree)


def is_plain_directory(path: Path) -> bool:
    """Tell whether a path is a directory, not a link to one, and not the top of a working tree.

    Somebody may have created it at the path of a removed worktree.
    """
    return path.is_dir() and not path.is_symlink() and not os.path.lexists(path / ".git")


def require_no_repository(worktree: Path, untracked: Iterable[str]) -> None:
    """Raise Refused when the working tree contains an untracked repository."""
    for path in untracked:
        if path.endswith("/"):
            raise Refused(
                f"{worktree / path} is a git repository of its own, which a commit cannot hold; "
                "move it out of the chamber, or delete its .git, and try again"
            )


def _no_worktree(worktree: Path) -> Unavailable:
    return Unavailable(
        f"{worktree} is not a git working tree any more (it has no .git); "
        "move it aside, then run 'orchestra reconcile'"
    )
