"""Finds Orchestra's own files that somebody force-added to a branch."""

from collections.abc import Sequence

from orchestra_server.domain.own_files import own_pathspecs
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.snapshot.index_copy import split_nul


def added_own_files(repo: Repository, old: str, commits: Sequence[str]) -> tuple[str, ...]:
    """Return Orchestra's own files that are in any of `commits` and not in `old`, sorted.

    A file that a later commit removes counts too: its content would be in the history.
    """
    listed = repo.git(
        "log", "--no-show-signature", "--format=", "--name-only", "-z", "--no-renames",
        "--diff-filter=A", "--no-color", f"^{old}", *commits, "--", *own_pathspecs(),
    )  # fmt: skip
    return tuple(sorted({name.strip("\n") for name in split_nul(listed)} - {""}))
