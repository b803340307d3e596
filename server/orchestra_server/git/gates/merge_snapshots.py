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
    repo: Repository, base: str, commits: Sequence[str], env: Mapping[str, str]
) -> str:
    """Return a commit of the base with all the commits, "" if they do not merge. Blocking."""
    result = base
    for commit in commits:
        merged = merge_trees(repo, result, commit, env=env)
        if merged.kinds:
            return ""
        made = repo.git(
            "commit-tree", merged.tree, "-p", result, "-p", commit, "--no-gpg-sign", "-m", "judged",
            env={**env, **_IDENTITY},
        )  # fmt: skip
        result = made.strip()
    return result
