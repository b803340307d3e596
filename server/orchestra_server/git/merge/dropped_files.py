"""Finds files that a merge would bring back although the branch has dropped them."""

from collections.abc import Mapping

from orchestra_server.git.repository.repository import Repository

REWRITTEN = "rewritten"  # used as a kind of conflict, beside git's own kinds


def dropped_files(
    repo: Repository, base: str, tip: str, chamber_commit: str, env: Mapping[str, str]
) -> dict[str, str]:
    """Return REWRITTEN by file where commits of `base` are no longer in `tip`; else nothing.

    `base` is where the chamber began. A chamber that was rebased meanwhile no longer contains it.
    `env` lets git find `chamber_commit`, which may be a snapshot in scratch objects.
    """
    listed = repo.run("rev-list", base, f"^{tip}")
    if listed.status or not listed.out:
        return {}
    if repo.run("merge-base", "--is-ancestor", base, chamber_commit, env=env).status:
        return {}
    changed = repo.run(
        "diff-tree", "--stdin", "-r", "-z", "--root", "--name-only", "--no-commit-id",
        stdin=listed.out,
    )  # fmt: skip
    return dict.fromkeys(sorted(set(changed.out.split("\0")) - {""}), REWRITTEN)
