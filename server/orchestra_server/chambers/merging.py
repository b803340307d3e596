"""All chambers' branches merged in the object database: one commit, or what conflicts.

No working tree, index or ref is touched: nobody sees anything until the result is landed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from orchestra_server.chambers.conflicts import Conflict, excerpt, merge_trees
from orchestra_server.chambers.identity import require_identity, signing
from orchestra_server.chambers.merged import is_ancestor
from orchestra_server.chambers.repository import Repository

_BASE = "base"


@dataclass(frozen=True, slots=True)
class Branch:
    """What one chamber brings."""

    chamber: str
    commit: str


@dataclass(frozen=True, slots=True)
class Merged:
    """The commit that holds everything, and the chambers in the order they went in."""

    commit: str
    order: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conflicted:
    """Every conflict of the batch; nothing was changed."""

    conflicts: tuple[Conflict, ...]


def merge_all(
    repo: Repository, base_commit: str, branches: Sequence[Branch], message: str
) -> Merged | Conflicted:
    """Merge each branch, in the order given, onto the growing result; all or nothing.

    Each chamber that brings something becomes one merge commit in the person's name, signed if
    theirs are, so that history shows what came from where even when a fast-forward would do.
    Raises Refused when git has no identity to commit with.
    """
    result, done = base_commit, list[Branch]()
    conflicts: list[Conflict] = []
    for branch in branches:
        if is_ancestor(repo, branch.commit, result):
            done.append(branch)
            continue
        tree, kinds = _tree_of(repo, result, branch.commit)
        if kinds:
            earlier = [Branch(_BASE, base_commit), *done]
            conflicts += _explain(repo, earlier, branch, kinds)
        else:
            result = _merge_commit(repo, tree, result, branch, message)
            done.append(branch)
    if conflicts:
        return Conflicted(tuple(conflicts))
    return Merged(result, tuple(branch.chamber for branch in done))


def _tree_of(repo: Repository, result: str, commit: str) -> tuple[str, dict[str, str]]:
    """Return the merge's tree and conflicts; without merging when only one side has moved."""
    if is_ancestor(repo, result, commit):
        return repo.git("rev-parse", f"{commit}^{{tree}}").strip(), {}
    merged = merge_trees(repo, result, commit)
    return merged.tree, dict(merged.kinds)


def _merge_commit(repo: Repository, tree: str, onto: str, branch: Branch, message: str) -> str:
    require_identity(repo.top)
    return repo.git(
        "commit-tree", tree, "-p", onto, "-p", branch.commit, *signing(repo.top), "-F", "-",
        feed=f"Merge chamber {branch.chamber}\n\n{message.strip()}\n",
    ).strip()  # fmt: skip


def _explain(
    repo: Repository, earlier: Sequence[Branch], branch: Branch, kinds: dict[str, str]
) -> Iterator[Conflict]:
    """Say for each file with which side the branch cannot agree, tried one by one.

    A conflict that only the merge of several sides has is named after the last one that touched
    the file.
    """
    left = dict(kinds)
    for other in earlier:
        if not left or is_ancestor(repo, other.commit, branch.commit):
            continue
        merged = merge_trees(repo, other.commit, branch.commit)
        sides = {other.commit: other.chamber, branch.commit: branch.chamber}
        for file in sorted(left.keys() & merged.kinds.keys()):
            del left[file]
            yield Conflict(
                file=file,
                kind=merged.kinds[file],
                between=(other.chamber, branch.chamber),
                lines=excerpt(repo, merged.tree, file, sides),
            )
    for file, kind in sorted(left.items()):
        yield Conflict(file, kind, (_last_to_touch(repo, earlier, file), branch.chamber), "")


def _last_to_touch(repo: Repository, earlier: Sequence[Branch], file: str) -> str:
    base = earlier[0].commit
    for other in reversed(earlier[1:]):
        changed = repo.git(
            "--literal-pathspecs", "diff-tree", "-r", "--name-only", base, other.commit, "--", file
        )
        if changed:
            return other.chamber
    return _BASE
