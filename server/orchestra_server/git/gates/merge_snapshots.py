"""Merges snapshots of chambers onto their branch, in the objects where the snapshots are."""

from collections.abc import Mapping, Sequence

from orchestra_server.git.merge.merge_tree import merge_trees
from orchestra_server.git.process.identity import ORCHESTRA_IDENTITY
from orchestra_server.git.repository.repository import Repository

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
    result = base
    for count, commit in enumerate(commits, 1):
        key = (base, *commits[:count])
        if key not in merges:
            merges[key] = _merged(repo, result, commit, env)
        result = merges[key]
        if not result:
            return ""
    return result


def _merged(repo: Repository, ours: str, theirs: str, env: Mapping[str, str]) -> str:
    merged = merge_trees(repo, ours, theirs, env=env)
    if merged.kinds:
        return ""
    made = repo.git(
        "commit-tree", merged.tree, "-p", ours, "-p", theirs, "--no-gpg-sign", "-m", "judged",
        env={**env, **_IDENTITY},
    )  # fmt: skip
    return made.strip()
