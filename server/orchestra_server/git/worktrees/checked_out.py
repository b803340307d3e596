"""Which branches are checked out, by the HEAD of each worktree (gitrepository-layout(5))."""

import os
import re

from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.worktrees.add_and_list import list_worktrees

_BRANCH = re.compile(rb"ref: refs/heads/(.+)\n")
_DETACHED = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?\n")
_ELSEWHERE = b".invalid"  # HEAD's branch where git keeps its refs in another way


def branches_checked_out(repo: Repository) -> set[str]:
    """Return the branches that are checked out in a worktree; git is asked where a HEAD is odd."""
    heads = [repo.common_dir / "HEAD", *repo.common_dir.glob("worktrees/*/HEAD")]
    branches = set[str]()
    for head in heads:
        try:
            content = head.read_bytes()
        except OSError:  # it was removed meanwhile
            content = b""
        named = _BRANCH.fullmatch(content)
        if named and named[1] != _ELSEWHERE:
            branches.add(os.fsdecode(named[1]))
        elif not _DETACHED.fullmatch(content):
            return {worktree.branch for worktree in list_worktrees(repo)}
    return branches
