"""Separates the chambers' own commits if the branch they land on was rewritten."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from orchestra_core.models import BASE, Task
from orchestra_server.git.merge.merge import ChamberBranch
from orchestra_server.git.merge.merge_tree import MergeConflict, excerpt
from orchestra_server.git.merge.replay_own_commits import (
    OwnWork,
    Target,
    own_work,
    read_target,
)
from orchestra_server.git.process.identity import signing_option
from orchestra_server.git.repository.is_merged import is_ancestor
from orchestra_server.git.repository.repository import Repository


@dataclass(frozen=True, slots=True)
class OwnBranches:
    """The branches to merge; `returning` maps chambers to the commits that are left out.

    A chamber in `conflicts` is not among the branches.
    """

    branches: tuple[ChamberBranch, ...]
    conflicts: tuple[MergeConflict, ...] = ()
    returning: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])


def own_branches(
    repo: Repository,
    task: Task,
    old: str,
    branches: Sequence[ChamberBranch],
    bases: Mapping[str, str],
    *,
    trial: bool,
    target: Target | None = None,
) -> OwnBranches:
    """Reduce each branch that builds on commits which the target dropped to its own commits.

    `target` is the branch at `old`, if it was read ahead. Raises Refused if the two cannot be told
    apart.
    """
    ref = f"refs/heads/{task.base_branch}" if task.base_branch else "HEAD"
    target = target or read_target(repo, ref, old)
    distinct_bases = {base for base in bases.values() if base not in {"", old}}
    if not target.former and all(is_ancestor(repo, base, old) for base in distinct_bases):
        return OwnBranches(tuple(branches))  # the branch has only grown
    signed = ("--no-gpg-sign",) if trial else (signing_option(repo.top) or ("--no-gpg-sign",))
    merged, conflicts = list[ChamberBranch](), list[MergeConflict]()
    returning: dict[str, tuple[str, ...]] = {}
    for branch in branches:
        base = bases.get(branch.chamber, "")
        own = own_work(repo, target, base, branch.commit, signed=signed, trial=trial)
        if own.returning:
            returning[branch.chamber] = own.returning
        if own.conflicts:
            conflicts += _conflicts(repo, branch, own)
        else:
            merged.append(ChamberBranch(branch.chamber, own.commit))
    return OwnBranches(tuple(merged), tuple(conflicts), returning)


def _conflicts(repo: Repository, branch: ChamberBranch, own: OwnWork) -> list[MergeConflict]:
    tree = own.stopped_at.tree if own.stopped_at else ""
    return [
        MergeConflict(file, kind, (BASE, branch.chamber), excerpt(repo, tree, file, {}))
        for file, kind in sorted(own.conflicts.items())
    ]
