"""Tells whether a commit's work is merged somewhere, also by squash or rebase."""

import re
from collections.abc import Iterable

from orchestra_server.git.process.identity import ORCHESTRA_IDENTITY
from orchestra_server.git.repository.repository import Repository

# In a patch each line of a file begins with a blank, "+" or "-".
_COMMIT_LINE = re.compile(r"^([0-9a-f]{40,64})\n", re.MULTILINE)
_PLACES = re.compile(r"^(?:index |@@ ).*$", re.MULTILINE)


def is_ancestor(repo: Repository, commit: str, of: str) -> bool:
    """Return whether `commit` is `of` or one of its ancestors."""
    return commit == of or repo.run("merge-base", "--is-ancestor", commit, of).status == 0


def is_merged(repo: Repository, commit: str, into: str) -> bool:
    """Return whether `into` already contains the work of `commit`.

    It does if `commit` is an ancestor, if merging would change nothing, or if each commit, or all
    of them squashed into one, has a counterpart with byte for byte the same change.
    """
    if is_ancestor(repo, commit, into):
        return True
    fork = repo.run("merge-base", into, commit).out.strip()
    if not fork or _tree(repo, fork) == _tree(repo, commit):
        return False  # commits that undo each other would look merged
    merge = repo.run("merge-tree", "--write-tree", into, commit)
    if merge.status == 0 and merge.out.strip() == _tree(repo, into):
        return True
    return _has_equals(repo, commit, into) or _has_squash(repo, fork, commit, into)


def _tree(repo: Repository, commit: str) -> str:
    return repo.git("rev-parse", f"{commit}^{{tree}}").strip()


def _has_equals(repo: Repository, commit: str, into: str) -> bool:
    """Return whether each commit of the work has a counterpart in `into` with the same change.

    A merge counts as having none, because it can hold work of its own. `git cherry` would skip
    merges, and treat changes that differ only in white space as the same.
    """
    own = set(repo.git("rev-list", f"{into}..{commit}").split())
    marked = repo.git("rev-list", "--no-merges", "--cherry-mark", f"{into}...{commit}").split()
    equal = {line[1:] for line in marked if line.startswith("=")}
    if not own <= equal:
        return False
    patches = _patches(repo, equal)  # an empty commit has none
    merged_patches = {patches.get(commit, "") for commit in equal - own}
    return all(patches.get(commit, "") in merged_patches for commit in own)


def _patches(repo: Repository, commits: Iterable[str]) -> dict[str, str]:
    """Return the patch of each commit, without blob ids and line numbers."""
    shown = repo.git(
        "diff-tree", "--stdin", "--root", "--patch", "--no-ext-diff", "--no-textconv",
        stdin="".join(f"{commit}\n" for commit in commits),
    )  # fmt: skip
    without_places = _PLACES.sub("", shown)
    parts = _COMMIT_LINE.split(without_places)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def _has_squash(repo: Repository, fork: str, commit: str, into: str) -> bool:
    """Return whether one commit in `into` makes the same change as all of the work."""
    squashed = repo.git(
        "commit-tree", f"{commit}^{{tree}}", "-p", fork, "-m", "all at once",
        env=ORCHESTRA_IDENTITY,
    ).strip()  # fmt: skip
    return _has_equals(repo, squashed, into)
