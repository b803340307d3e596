"""All chambers' branches merged in the object database: one commit, or what conflicts.

No working tree, index or ref is touched: nobody sees anything until the result is landed.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from orchestra_server.git.merge.max_compatible_set import max_compatible_sets
from orchestra_server.git.merge.merge_tree import MergeConflict, excerpt, merge_trees
from orchestra_server.git.process.foreign_programs import map_watched
from orchestra_server.git.process.identity import (
    ORCHESTRA_IDENTITY,
    require_identity,
    signing_option,
)
from orchestra_server.git.repository.commit_graph import read_ancestry
from orchestra_server.git.repository.is_merged import is_ancestor
from orchestra_server.git.repository.repository import Repository

_BASE = "base"
_AT_ONCE = 4
_TRIED = 16  # sets of branches; merging one takes some milliseconds a branch


@dataclass(frozen=True, slots=True)
class ChamberBranch:
    """What one chamber brings."""

    chamber: str
    commit: str


@dataclass(frozen=True, slots=True)
class FullMerge:
    """The commit that holds everything, and the chambers in the order they went in."""

    commit: str
    order: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FailedMerge:
    """Every conflict of the batch; nothing was changed."""

    conflicts: tuple[MergeConflict, ...]


@dataclass(frozen=True, slots=True)
class PartialMerge:
    """The commit that holds the chambers of `order`, and why the others could not go with them."""

    commit: str
    order: tuple[str, ...]
    conflicts: tuple[MergeConflict, ...]


@dataclass(frozen=True, slots=True)
class _MergeProgress:
    commit: str
    done: list[ChamberBranch]
    conflicting: list[tuple[ChamberBranch, dict[str, str]]]  # with git's word for each file


def merge_all(
    repo: Repository,
    base_commit: str,
    branches: Sequence[ChamberBranch],
    message: str,
    *,
    trial: bool = False,
) -> FullMerge | FailedMerge:
    """Merge each branch, in the order given, onto the growing result; all or nothing.

    Each chamber that brings something becomes one merge commit in the person's name, signed if
    theirs are, so that history shows what came from where even when a fast-forward would do. A
    branch that conflicts is tried again behind the others: one of them may have resolved it.
    A `trial` makes its commits in Orchestra's own name. Raises Refused when git has no identity
    to commit with.
    """
    grown = _merge_in_order(repo, base_commit, branches, message, trial=trial)
    if grown.conflicting:
        return FailedMerge(_conflicts(repo, base_commit, grown))
    return FullMerge(grown.commit, tuple(branch.chamber for branch in grown.done))


def merge_compatible(
    repo: Repository,
    base_commit: str,
    branches: Sequence[ChamberBranch],
    message: str,
    *,
    trial: bool = False,
) -> PartialMerge:
    """Merge as many of the branches as can go together; the others are left with their conflicts.

    The largest sets without two that conflict are tried until one merges whole: three can conflict
    where no two do. No branch that is left could be added to the result.
    """
    best = _merge_in_order(repo, base_commit, branches, message, trial=True)
    if best.conflicting:
        best = _largest_merge(repo, base_commit, branches, best)
    if not trial:
        best = replace(
            _merge_in_order(repo, base_commit, best.done, message, trial=False),
            conflicting=best.conflicting,
        )
    order = tuple(branch.chamber for branch in best.done)
    return PartialMerge(best.commit, order, _conflicts(repo, base_commit, best))


def _largest_merge(
    repo: Repository, base: str, branches: Sequence[ChamberBranch], first: _MergeProgress
) -> _MergeProgress:
    best = first
    sets = max_compatible_sets(_conflicts_by_branch(repo, base, branches))
    for wanted in sets[:_TRIED]:
        ordered = sorted(range(len(branches)), key=lambda i: (i not in wanted, i))
        grown = _merge_in_order(repo, base, [branches[i] for i in ordered], "", trial=True)
        if len(grown.done) > len(best.done):
            best = grown
        if len(best.done) >= len(wanted):
            break
    return best


def _conflicts_by_branch(
    repo: Repository, base: str, branches: Sequence[ChamberBranch]
) -> list[set[int]]:
    """Return for each branch which others it conflicts with, itself standing for the base."""
    pairs = [(i, j) for i in range(len(branches)) for j in range(i + 1)]

    def kinds_of(pair: tuple[int, int]) -> dict[str, str]:
        first, second = pair
        ours = base if first == second else branches[second].commit
        return _merge_two(repo, ours, branches[first].commit)[1]

    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        kinds_by_pair = list(map_watched(pool, kinds_of, pairs))
    rivals = [set[int]() for _ in branches]
    for (i, j), kinds in zip(pairs, kinds_by_pair, strict=True):
        if kinds:
            rivals[i].add(j)
            rivals[j].add(i)
    return rivals


def _merge_in_order(
    repo: Repository, base: str, branches: Sequence[ChamberBranch], message: str, *, trial: bool
) -> _MergeProgress:
    """Merge what merges, in rounds until a round merges nothing."""
    result, done = base, list[ChamberBranch]()
    waiting = list(branches)
    ancestry = read_ancestry(repo, base, [branch.commit for branch in branches])
    signed: tuple[str, ...] | None = None  # asked once, when there is something to commit
    while waiting:
        conflicting: list[tuple[ChamberBranch, dict[str, str]]] = []
        for branch in waiting:
            if ancestry.holds(branch.commit):
                done.append(branch)
                continue
            if result == base and ancestry.builds_on_base(branch.commit):
                tree, kinds = repo.git("rev-parse", f"{branch.commit}^{{tree}}").strip(), {}
            else:
                tree, kinds = _merge_two(repo, result, branch.commit)
            if kinds:
                conflicting.append((branch, kinds))
            else:
                signed = _signing_options(repo, trial=trial) if signed is None else signed
                result = _merge_commit(
                    repo, tree, result, branch, message, signed=signed, trial=trial
                )
                done.append(branch)
                ancestry.take(branch.commit)
        if len(conflicting) == len(waiting):
            return _MergeProgress(result, done, conflicting)
        waiting = [branch for branch, _ in conflicting]
    return _MergeProgress(result, done, [])


def _conflicts(repo: Repository, base: str, grown: _MergeProgress) -> tuple[MergeConflict, ...]:
    earlier = [ChamberBranch(_BASE, base), *grown.done]
    return tuple(
        conflict
        for branch, kinds in grown.conflicting
        for conflict in _conflicts_of_branch(repo, earlier, branch, kinds)
    )


def _merge_two(repo: Repository, result: str, commit: str) -> tuple[str, dict[str, str]]:
    """Return the merge's tree and conflicts."""
    merged = merge_trees(repo, result, commit)
    return merged.tree, dict(merged.kinds)


def _signing_options(repo: Repository, *, trial: bool) -> tuple[str, ...]:
    """Return how merge commits are signed; raises Refused where git knows no person."""
    if trial:
        return ("--no-gpg-sign",)
    require_identity(repo.top)
    return signing_option(repo.top)


def _merge_commit(
    repo: Repository,
    tree: str,
    onto: str,
    branch: ChamberBranch,
    message: str,
    *,
    signed: tuple[str, ...],
    trial: bool,
) -> str:
    return repo.git(
        "-c", "i18n.commitEncoding=UTF-8",
        "commit-tree", tree, "-p", onto, "-p", branch.commit, *signed, "-F", "-",
        stdin=f"Merge chamber {branch.chamber}\n\n{message.strip()}\n",
        env=ORCHESTRA_IDENTITY if trial else None,
    ).strip()  # fmt: skip


def _conflicts_of_branch(
    repo: Repository, earlier: Sequence[ChamberBranch], branch: ChamberBranch, kinds: dict[str, str]
) -> Iterator[MergeConflict]:
    """Say for each file with which side the branch cannot agree, tried one by one.

    A conflict that only the merge of several sides has is named after the last one that touched
    the file.
    """
    unexplained = dict(kinds)
    for other in earlier:
        if not unexplained or is_ancestor(repo, other.commit, branch.commit):
            continue
        merged = merge_trees(repo, other.commit, branch.commit)
        sides = {other.commit: other.chamber, branch.commit: branch.chamber}
        for file in sorted(unexplained.keys() & merged.kinds.keys()):
            del unexplained[file]
            yield MergeConflict(
                file=file,
                kind=merged.kinds[file],
                between=(other.chamber, branch.chamber),
                lines=excerpt(repo, merged.tree, file, sides),
            )
    for file, kind in sorted(unexplained.items()):
        yield MergeConflict(file, kind, (_last_to_touch(repo, earlier, file), branch.chamber), "")


def _last_to_touch(repo: Repository, earlier: Sequence[ChamberBranch], file: str) -> str:
    base = earlier[0].commit
    for other in reversed(earlier[1:]):
        changed = repo.git(
            "--literal-pathspecs", "diff-tree", "-r", "--name-only", base, other.commit, "--", file
        )
        if changed:
            return other.chamber
    return _BASE
