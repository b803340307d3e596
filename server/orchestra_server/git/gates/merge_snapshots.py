"""Merges snapshots of chambers onto their branch, in the objects where the snapshots are."""

from collections.abc import Mapping, Sequence

from orchestra_server.git.gates.gate_subject import tree_of
from orchestra_server.git.merge.merge import ChamberBranch, FailedMerge, merge_all
from orchestra_server.git.process.identity import ORCHESTRA_IDENTITY
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.snapshot.ephemeral_commit import RepositoryWithScratch

# With a fixed date the same work gives the same commit.
_DATE = "946684800 +0000"
_IDENTITY = {
    **ORCHESTRA_IDENTITY,
    "GIT_AUTHOR_DATE": _DATE,
    "GIT_COMMITTER_DATE": _DATE,
}


def merge_snapshots(
    repo: Repository,
    base: str,
    commits: Sequence[str],
    env: Mapping[str, str],
    merges: dict[tuple[str, ...], str],
) -> str:
    """Return a commit of the base with all the commits, "" if they do not merge. Blocking.

    `merges` holds what was merged before, by the base and the commits in their order.
    """
    if not commits:
        return base
    key = (base, *commits)
    if key not in merges:
        with_scratch = RepositoryWithScratch(repo.top, repo.common_dir, env)
        merges[key] = _merged(with_scratch, base, commits)
    return merges[key]


def _merged(repo: Repository, base: str, commits: Sequence[str]) -> str:
    sides = [ChamberBranch(commit[:12], commit) for commit in commits]
    merged = merge_all(repo, base, sides, "", trial=True)
    if isinstance(merged, FailedMerge):
        return ""
    parents = [word for commit in (base, *commits) for word in ("-p", commit)]
    made = repo.git(
        "commit-tree", tree_of(repo, merged.commit), *parents, "--no-gpg-sign", "-m", "judged",
        env=_IDENTITY,
    )  # fmt: skip
    return made.strip()
