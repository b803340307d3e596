"""What a landing reads of the repository, read while its chambers are still being looked at.

It concerns commits, which never change. Whether the branches are still at them is checked again at
the merge; if one has moved, everything is read again. The tips are read first: whatever former
commit of the target they have merged is in the target's reflog by then.
"""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from orchestra_core.errors import OrchestraError
from orchestra_server.domain.tasks.unintended_files import Limits
from orchestra_server.git.merge.added_files import present_folders, read_limits
from orchestra_server.git.merge.added_orchestra_files import added_orchestra_files
from orchestra_server.git.merge.inputs.merge_inputs import MergeInputs, read_merge
from orchestra_server.git.merge.replay_own_commits import Target, read_target
from orchestra_server.git.process.foreign_programs import submit_watched
from orchestra_server.git.repository.branch_tips import branch_tips
from orchestra_server.git.repository.repository import Repository

_SECONDS = 10.0  # what the configuration said, and the time in a commit, grow old


@dataclass(frozen=True, slots=True)
class LandingInputs:
    """The target at `old`, and what the chambers' tips bring to it."""

    old: str
    target: Target
    folders: frozenset[str]  # of the target
    limits: Limits
    merge: MergeInputs
    own_files: tuple[str, ...]  # Orchestra's, which the tips would bring
    at: float  # when reading began, in monotonic time

    def is_of_target(self, old: str) -> bool:
        """Tell whether it was read just now, of a target at this commit."""
        return old == self.old and time.monotonic() - self.at < _SECONDS

    def fits(self, old: str, tips: Sequence[str]) -> bool:
        """Tell whether it was read just now, of these tips and of a target at this commit."""
        return self.is_of_target(old) and self.merge.fits(old, tips)


def read_landing(
    repo: Repository, base_branch: str, branches: Sequence[str]
) -> LandingInputs | None:
    """Read what landing these branches needs; None where that cannot be told yet. Blocking.

    It writes nothing and runs no program of the user's. If it fails, the landing does not: the
    landing reads the same again, and says what is wrong.
    """
    at = time.monotonic()
    try:
        tips = branch_tips(repo, [base_branch, *branches]) if base_branch else {}
        if not branches or len(tips) < len({base_branch, *branches}):
            return None
        ref = f"refs/heads/{base_branch}"
        return _read(repo, ref, tips[base_branch], [tips[branch] for branch in branches], at)
    except OrchestraError:
        return None


def _read(repo: Repository, ref: str, old: str, tips: Sequence[str], at: float) -> LandingInputs:
    with ThreadPoolExecutor(max_workers=2) as pool:
        target = submit_watched(pool, lambda: read_target(repo, ref, old))
        own_files = submit_watched(pool, lambda: added_orchestra_files(repo, old, tips))
        folders = submit_watched(pool, lambda: present_folders(repo, old))
        limits = submit_watched(pool, lambda: read_limits(repo))
        merge = read_merge(repo, old, tips)
        return LandingInputs(
            old,
            target.result(),
            frozenset(folders.result()),
            limits.result(),
            merge,
            own_files.result(),
            at,
        )
