"""Merges snapshots of chambers onto their branch, in the object directory of the snapshots."""

from collections.abc import Mapping, Sequence

from orchestra_server.git.merge.merge import ChamberBranch, FailedMerge, merge_all
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.snapshot.ephemeral_commit import RepositoryWithScratch


def merge_snapshots(
    repo: Repository,
    base: str,
    commits: Sequence[str],
    env: Mapping[str, str],
    merges: dict[tuple[str, ...], str],
) -> str:
    """Return a commit that merges these commits into the base, "" if they do not merge. Blocking.

    The same work gives the same commit. `merges` caches earlier merges, by the base and the commits
    in order.
    """
    if not commits:
        return base
    key = (base, *commits)
    if key not in merges:
        with_scratch = RepositoryWithScratch(repo.top, repo.common_dir, env)
        sides = [ChamberBranch(commit[:12], commit) for commit in commits]
        merged = merge_all(with_scratch, base, sides, "", trial=True)
        merges[key] = "" if isinstance(merged, FailedMerge) else merged.commit
    return merges[key]
