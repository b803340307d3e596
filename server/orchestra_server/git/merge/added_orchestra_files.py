"""Finds Orchestra's own files that somebody force-added to a branch."""

from collections.abc import Sequence

from orchestra_server.domain.chambers.orchestra_files import MARKS, SHARED_FILES, all_pathspecs
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.snapshot.index_copy import split_nul

# One extended regular expression, which git matches against the lines that a commit adds.
_OUR_PART = "|".join(MARKS).replace(".", "[.]")


def added_orchestra_files(repo: Repository, old: str, commits: Sequence[str]) -> tuple[str, ...]:
    """Return Orchestra's own files that are in any of `commits` and not in `old`, sorted.

    A file that a later commit removes counts too: its content would be in the history. One of a
    shared name counts when Orchestra's part is in it, though others' parts are too.
    """
    added = _added(repo, old, commits, all_pathspecs())
    shared = added & set(SHARED_FILES)
    if shared:
        specs = [f":(top,literal){path}" for path in sorted(shared)]
        added = (added - shared) | _added(
            repo, old, commits, specs, "--no-textconv", f"-G{_OUR_PART}"
        )
    return tuple(sorted(added))


def _added(
    repo: Repository, old: str, commits: Sequence[str], pathspecs: Sequence[str], *options: str
) -> set[str]:
    listed = repo.git(
        "log", "--no-show-signature", "--format=", "--name-only", "-z", "--no-renames",
        "--no-ext-diff", "--diff-filter=A", "--no-color", *options, f"^{old}", *commits,
        "--", *pathspecs,
    )  # fmt: skip
    return {name.strip("\n") for name in split_nul(listed)} - {""}
