"""Notices that objects not yet held by a ref were deleted, for example by `git gc --prune=now`."""

import re
from collections.abc import Iterable

from orchestra_core.errors import OrchestraError
from orchestra_server.git.process.run import GitFailed
from orchestra_server.git.repository.repository import Repository

_VANISHED = re.compile(
    r"bad object|bad tree|not a valid|missing|unable to (?:read|find)|could not (?:read|parse)"
    r"|nonexistent|does not exist|not a tree object"
    r"|invalid object|error building trees|failed to unpack tree|not something we can merge",
    re.IGNORECASE,
)


def is_whole(repo: Repository, commit: str, lasting: Iterable[str]) -> bool:
    """Tell whether everything in a commit, apart from the `lasting` commits, exists. Blocking."""
    walked = repo.run("rev-list", "--objects", "--quiet", commit, "--not", *lasting)
    return walked.status == 0


def is_by_deleted_objects(fault: OrchestraError) -> bool:
    """Tell whether git may have failed because objects without a ref were deleted."""
    return isinstance(fault, GitFailed) and bool(_VANISHED.search(str(fault)))
