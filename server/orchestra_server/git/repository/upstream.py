"""Tells whether work would begin or land behind its upstream, as of the last fetch."""

import re

from orchestra_server.git.repository.repository import Repository

# Git's format, git-for-each-ref(1): "ahead 1, behind 2".
_BEHIND = re.compile(r"\bbehind (\d+)")


def stale_base(repo: Repository, branch: str, commit: str) -> str:
    """Return a sentence if `commit` is behind the branch's upstream or the branch is gone, else "".

    `branch` is the one that work lands on, "" on a detached HEAD.
    """
    if not branch:
        return ""
    form = "%(refname:lstrip=2) %(upstream:short)"
    listed = repo.run("for-each-ref", f"--format={form}", f"refs/heads/{branch}").out
    named = [line for line in listed.splitlines() if line.startswith(f"{branch} ")]
    if not named:
        return (
            f"The branch {branch} that the work is to land on is gone: make it again with "
            f"git branch {branch} {commit[:12]}, or rename it back."
        )
    upstream = named[0].removeprefix(branch).strip()
    if not upstream:
        return ""
    count = repo.run("rev-list", "--count", f"{commit}..{upstream}", "--").out.strip()
    if count in {"", "0"}:
        return ""
    commits = _commits(count)
    return (
        f"The base {commit[:12]} is {commits} behind {upstream}, as last fetched: for newer work "
        f"pull {branch} first and start a task anew, or create chambers with base={upstream!r}."
    )


def behind_upstream(repo: Repository, branch: str) -> str:
    """Return a sentence if a branch lacks commits of its upstream, else ""; fetches nothing."""
    if not branch:
        return ""
    form = "%(upstream:short) %(upstream:track,nobracket)"
    told = repo.run("for-each-ref", f"--format={form}", f"refs/heads/{branch}")
    upstream, _, track = told.out.strip().partition(" ")
    behind = _BEHIND.search(track)
    if not behind:
        return ""
    return (
        f"{branch} is {_commits(behind[1])} behind {upstream}, as last fetched: the user pulls "
        "before they push"
    )


def _commits(count: str) -> str:
    return "1 commit" if count == "1" else f"{count} commits"
