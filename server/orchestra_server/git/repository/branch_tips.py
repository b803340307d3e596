"""Where branches stand, by the files that git keeps for them, and by git for all others.

A branch's own file (gitrepository-layout(5)) outranks `packed-refs`. It is replaced by a rename, so
that it is read whole; where refs are kept in another way it is not there.
"""

import os
import re
from collections.abc import Sequence

from orchestra_server.git.repository.repository import Repository

_HEADS = "refs/heads/"
_TIP = re.compile(r"([0-9a-f]{40}(?:[0-9a-f]{24})?)\n")


def branch_tips(repo: Repository, branches: Sequence[str]) -> dict[str, str]:
    """Return the commits of the branches that exist."""
    tips = {branch: _own_file(repo, branch) for branch in branches}
    others = [branch for branch, tip in tips.items() if not tip]
    if others:
        refs = [f"{_HEADS}{branch}" for branch in others]
        listed = repo.git("for-each-ref", "--format=%(refname:lstrip=2) %(objectname)", *refs)
        told = dict(line.split(" ") for line in listed.splitlines())
        tips |= {branch: told.get(branch, "") for branch in others}
    return {branch: tip for branch, tip in tips.items() if tip}


def missing_branches(repo: Repository, branches: Sequence[str]) -> set[str]:
    """Return the branches that do not exist."""
    return set(branches) - branch_tips(repo, branches).keys()


def _own_file(repo: Repository, branch: str) -> str:
    """Return what a branch's own file says, "" where there is none that names a commit."""
    folder, name = os.path.split(os.path.join(repo.common_dir, _HEADS, branch))  # noqa: PTH118
    try:
        with open(f"{folder}/{name}", encoding="ascii") as file:  # noqa: PTH123 - there are many
            tip = _TIP.fullmatch(file.read())
        # On some file systems README is found where only readme exists; git tells them apart.
        return tip[1] if tip and name in os.listdir(folder) else ""  # noqa: PTH208 - as above
    except (OSError, UnicodeDecodeError):
        return ""
