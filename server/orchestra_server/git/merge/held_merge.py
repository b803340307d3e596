"""Keeps a merge that no branch has yet from `git gc --prune=now`, by a ref of its own."""

import re
from collections.abc import Iterable

from orchestra_server.git.process.run import GitFailed
from orchestra_server.git.repository.repository import Repository

HELD = "refs/orchestra/landing"
_VANISHED = re.compile(
    r"bad object|bad tree|not a valid|missing|unable to (?:read|find)|could not (?:read|parse)"
    r"|nonexistent|does not exist|not a tree object",
    re.IGNORECASE,
)


def hold_merge(repo: Repository, task_id: str, commit: str, lasting: Iterable[str]) -> bool:
    """Keep the commit and all that it holds beside the `lasting` commits.

    Return False, with nothing held, where something of it has been deleted already. Blocking.
    """
    if repo.run("update-ref", _ref(task_id), commit).status:
        return False
    whole = repo.run("rev-list", "--objects", "--quiet", commit, "--not", *lasting)
    if whole.status:
        release_merge(repo, task_id)
    return whole.status == 0


def release_merge(repo: Repository, task_id: str) -> None:
    """Let git collect the merge, if no branch has it; there may be none. Blocking."""
    repo.run("update-ref", "-d", _ref(task_id))


def is_by_deleted_objects(fault: GitFailed) -> bool:
    """Tell whether git may have failed because objects were deleted that no ref holds."""
    return bool(_VANISHED.search(str(fault)))


def _ref(task_id: str) -> str:
    return f"{HELD}/{task_id}"
