"""Tells whether work would begin on an outdated commit, as of the last fetch; fetches nothing."""

from orchestra_server.git.repository.repository import Repository


def stale_base(repo: Repository, branch: str, commit: str) -> str:
    """Return a sentence if `commit` is behind the branch's upstream or the branch is gone, else "".

    `branch` is the one that the work lands on, "" on a detached HEAD.
    """
    if not branch:
        return ""
    if repo.run("rev-parse", "--verify", "--quiet", f"refs/heads/{branch}").status:
        return (
            f"The branch {branch} that the work is to land on is gone: make it again with "
            f"git branch {branch} {commit[:12]}, or rename it back."
        )
    named = repo.run("rev-parse", "--abbrev-ref", f"{branch}@{{upstream}}")
    upstream = named.out.strip()
    if named.status or not upstream:
        return ""
    count = repo.run("rev-list", "--count", f"{commit}..{upstream}", "--").out.strip()
    if count in {"", "0"}:
        return ""
    commits = "1 commit" if count == "1" else f"{count} commits"
    return (
        f"The base {commit[:12]} is {commits} behind {upstream}, as last fetched: for newer work "
        f"pull {branch} first and start a task anew, or create chambers with base={upstream!r}."
    )
