"""What a gate judges of a commit: the whole tree, or the content of the paths it depends on."""

import hashlib
from collections.abc import Mapping, Sequence

from orchestra_server.git.repository.repository import Repository


def tree_of(repo: Repository, commit: str, env: Mapping[str, str] | None = None) -> str:
    """Return the id of a commit's tree."""
    return repo.git("rev-parse", f"{commit}^{{tree}}", env=env).strip()


def trees_of(
    repo: Repository, commits: Sequence[str], env: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the ids of the commits' trees, by commit."""
    if not commits:
        return {}
    listed = repo.git("rev-parse", *(f"{commit}^{{tree}}" for commit in commits), env=env)
    return dict(zip(commits, listed.split(), strict=True))


def content_of(
    repo: Repository, commit: str, paths: Sequence[str], env: Mapping[str, str] | None = None
) -> str:
    """Return a digest of what a commit has at the paths, and below them."""
    listed = repo.git(
        "--literal-pathspecs", "ls-tree", "-r", "-z", "--full-tree", commit, "--", *paths, env=env
    )
    return hashlib.sha256(listed.encode("utf-8", "surrogateescape")).hexdigest()[:40]
