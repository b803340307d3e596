"""Merges all chambers' branches in the object database: one commit, or the conflicts.

No working tree, index or ref changes until the result is landed.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from orchestra_server.git.merge.in_memory.disjoint_merges import DisjointMerges
from orchestra_server.git.merge.in_memory.edited_tree import TreeObjects
from orchestra_server.git.merge.inputs.merge_inputs import MergeInputs
from orchestra_server.git.merge.max_compatible_set import max_compatible_sets
from orchestra_server.git.merge.merge_tree import MergeConflict, excerpt, merge_trees
from orchestra_server.git.merge.write_commits import commit_writer
from orchestra_server.git.process.foreign_programs import map_watched
from orchestra_server.git.process.run import GitFailed
from orchestra_server.git.repository.commit_graph import Ancestry, read_ancestry
from orchestra_server.git.repository.is_merged import is_ancestor
from orchestra_server.git.repository.repository import Repository

_BASE = "base"
_UNRELATED = "unrelated histories"  # in git's message
_NONE = 1  # the status of `git merge-base`
_AT_ONCE = 4
_TRIED = 16  # sets of branches; each takes a few milliseconds per branch


@dataclass(frozen=True, slots=True)
class ChamberBranch:
    """One chamber's work: the tip of its branch."""

    chamber: str
    commit: str


@dataclass(frozen=True, slots=True)
class FullMerge:
    """The commit that contains all branches, and the chambers in merge order."""

    commit: str
    order: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FailedMerge:
    """Every conflict of the batch; nothing has changed."""

    conflicts: tuple[MergeConflict, ...]


@dataclass(frozen=True, slots=True)
class PartialMerge:
    """The commit that contains the chambers of `order`, and the conflicts of the others."""

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
    inputs: MergeInputs | None = None,
) -> FullMerge | FailedMerge:
    """Merge each branch, in the order given, onto the growing result; all or nothing.

    Each chamber with work becomes one merge commit in the user's name, signed if the user signs,
    so that history shows what came from where even if a fast-forward were possible. A branch that
    conflicts is tried again after the others: one of them may have resolved the conflict. A
    `trial` commits in Orchestra's own name. What `inputs` has read ahead is not read again. Raises
    Refused when git has no identity to commit with.
    """
    grown = _merge_in_order(repo, base_commit, branches, message, trial=trial, inputs=inputs)
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
    inputs: MergeInputs | None = None,
) -> PartialMerge:
    """Merge as many branches as are compatible; the others are returned with their conflicts.

    The largest sets without a conflicting pair are tried until one merges completely: three
    branches can conflict where no two do. None of the others could be added to the result.
    """
    best = _merge_in_order(repo, base_commit, branches, message, trial=True, inputs=inputs)
    if best.conflicting:
        best = _largest_merge(repo, base_commit, branches, best)
    if not trial:
        best = replace(
            _merge_in_order(repo, base_commit, best.done, message, trial=False, inputs=inputs),
            conflicting=best.conflicting,
        )
    order = tuple(branch.chamber for branch in best.done)
    return PartialMerge(best.commit, order, _conflicts(repo, base_commit, best))


def unrelated_branches(
    repo: Repository, base: str, branches: Sequence[ChamberBranch], fault: GitFailed
) -> list[str]:
    """Return the chambers that share no commit with `base`; none if that was not the fault."""
    if _UNRELATED not in str(fault):
        return []
    return [
        branch.chamber
        for branch in branches
        if repo.run("merge-base", base, branch.commit).status == _NONE
    ]


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
    """Return for each branch the indices it conflicts with; its own index stands for the base."""
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
    repo: Repository,
    base: str,
    branches: Sequence[ChamberBranch],
    message: str,
    *,
    trial: bool,
    inputs: MergeInputs | None = None,
) -> _MergeProgress:
    """Merge the branches that merge cleanly, in rounds, until a round merges none."""
    result, done = base, list[ChamberBranch]()
    waiting = list(branches)
    tips = [branch.commit for branch in branches]
    ahead = inputs if inputs is not None and inputs.fits(base, tips) else None
    trees = ahead.trees if ahead else TreeObjects(repo)
    ownership = inputs.ownership if inputs is not None else None
    with commit_writer(repo, trees.take_made, trial=trial, ownership=ownership) as commits:
        ancestry = ahead.ancestry() if ahead else read_ancestry(repo, base, tips)
        disjoint = DisjointMerges(trees, ancestry, tips, ahead.changes if ahead else None)
        conflicting: list[tuple[ChamberBranch, dict[str, str]]] = []
        while waiting:
            conflicting = []
            for branch in waiting:
                if ancestry.holds(branch.commit):
                    done.append(branch)
                    continue
                tree = disjoint.merge(branch.commit)
                by_git, kinds = not tree, dict[str, str]()
                if by_git:
                    commits.flush()
                    tree, kinds = _merge_by_git(repo, ancestry, result, branch.commit)
                if kinds:
                    conflicting.append((branch, kinds))
                    continue
                result = commits.name(tree, (result, branch.commit), _message(branch, message))
                if by_git:
                    commits.flush()
                    disjoint.start_at(result)
                done.append(branch)
                ancestry.take(branch.commit)
            if len(conflicting) == len(waiting):
                break
            waiting = [branch for branch, _ in conflicting]
    return _MergeProgress(result, done, conflicting)


def _merge_by_git(
    repo: Repository, ancestry: Ancestry, result: str, commit: str
) -> tuple[str, dict[str, str]]:
    """Return the tree of the merge, and its conflicts."""
    if result == ancestry.base and ancestry.builds_on_base(commit):
        return repo.git("rev-parse", f"{commit}^{{tree}}").strip(), {}
    return _merge_two(repo, result, commit)


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


def _message(branch: ChamberBranch, message: str) -> str:
    return f"Merge chamber {branch.chamber}\n\n{message.strip()}\n"


def _conflicts_of_branch(
    repo: Repository, earlier: Sequence[ChamberBranch], branch: ChamberBranch, kinds: dict[str, str]
) -> Iterator[MergeConflict]:
    """Yield for each file the side that the branch conflicts with, trying one side at a time.

    A conflict that appears only in the merge of several sides is attributed to the last of them
    that touched the file.
    """
    unexplained = dict(kinds)
    for earlier_branch in earlier:
        if not unexplained or is_ancestor(repo, earlier_branch.commit, branch.commit):
            continue
        merged = merge_trees(repo, earlier_branch.commit, branch.commit)
        sides = {earlier_branch.commit: earlier_branch.chamber, branch.commit: branch.chamber}
        for file in sorted(unexplained.keys() & merged.kinds.keys()):
            del unexplained[file]
            yield MergeConflict(
                file=file,
                kind=merged.kinds[file],
                between=(earlier_branch.chamber, branch.chamber),
                lines=excerpt(repo, merged.tree, file, sides),
            )
    for file, kind in sorted(unexplained.items()):
        yield MergeConflict(file, kind, (_last_to_touch(repo, earlier, file), branch.chamber), "")


def _last_to_touch(repo: Repository, earlier: Sequence[ChamberBranch], file: str) -> str:
    base = earlier[0].commit
    for branch in reversed(earlier[1:]):
        changed = repo.git(
            "--literal-pathspecs", "diff-tree", "-r", "--name-only", base, branch.commit, "--", file
        )
        if changed:
            return branch.chamber
    return _BASE
