"""Which files a merge would bring back that the branch has dropped since a chamber began."""

from collections.abc import Mapping

from orchestra_server.git.repository.repository import Repository

REWRITTEN = "rewritten"  # the word that stands where git's own kind of conflict does


def dropped_files(
    repo: Repository, base: str, tip: str, chamber_commit: str, env: Mapping[str, str]
) -> dict[str, str]:
    """Return, by file, REWRITTEN where commits of `base` are no longer in `tip`; else nothing.

    `base` is where the chamber began. A chamber that was rebased meanwhile does not hold it any
    more. `env` lets git find `chamber_commit`, which may be a snapshot in scratch objects.
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
