"""A task's work on its way home: committed in its chambers, merged aside, landed in one step."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial as with_first
from pathlib import Path

from orchestra_core.errors import Refused
from orchestra_core.models import Chamber, Task
from orchestra_core.text import one_line
from orchestra_server.git.merge.fast_forward import land
from orchestra_server.git.merge.merge import Branch, Conflicted, merge_all, merge_most
from orchestra_server.git.merge.merge_tree import Conflict
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.repository.worktree_status import Standing, standing_of
from orchestra_server.git.snapshot.commit import commit_open_work

_SUBJECT_LIMIT = 60  # characters, so that git log shows it on one line
_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Ready:
    """A merge that has been worked out: `commit` builds on `old` and holds the chambers of `order`.

    With conflicts, the chambers they name are not in it; without `order` there is nothing to land.
    `tips` has by chamber the commit that was merged.
    """

    old: str
    commit: str
    order: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    tips: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def moves(self) -> bool:
        """Whether landing it would move the branch."""
        return self.commit != self.old


def make_ready(
    repo: Repository, task: Task, chambers: Sequence[Chamber], summary: str, *, partial: bool
) -> Ready:
    """Commit what is open in the chambers and merge them aside; no branch of the person's moves.

    `partial`: as many as go together; else all, or none of them. Safe to repeat after a process
    died on the way: what is merged already brings nothing. Raises Refused when a hook refuses a
    commit. Blocking.
    """
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        branches = list(pool.map(with_first(_committed, repo, task, summary), chambers))
    return merged_aside(repo, task, branches, summary, partial=partial)


def merged_aside(
    repo: Repository,
    task: Task,
    branches: Sequence[Branch],
    summary: str,
    *,
    partial: bool,
    trial: bool = False,
) -> Ready:
    """Return the branches merged on the branch the task lands on, as far as they can be."""
    old = tip_of(repo, task)
    message = f"{summary}\n\n{_trailer(task)}"
    tips = {branch.chamber: branch.commit for branch in branches}
    if partial:
        most = merge_most(repo, old, branches, message, trial=trial)
        return Ready(old, most.commit, most.order, most.conflicts, tips)
    outcome = merge_all(repo, old, branches, message, trial=trial)
    if isinstance(outcome, Conflicted):
        return Ready(old, old, conflicts=outcome.conflicts)
    return Ready(old, outcome.commit, outcome.order, tips=tips)


def land_ready(repo: Repository, task: Task, ready: Ready) -> None:
    """Move the task's branch, in one step; raises Refused when the person's work is in the way."""
    land(repo, repo.top, task.base_branch, ready.old, ready.commit)


def tip_of(repo: Repository, task: Task) -> str:
    """Return where the work is to land: the branch the task began on, or the detached HEAD."""
    if not task.base_branch:
        return repo.head().commit
    return repo.resolve(f"refs/heads/{task.base_branch}")


def require_own_branch(chamber: Chamber) -> Standing:
    """Return how a chamber stands; raises Refused when that is not at a commit of its branch."""
    path = Path(chamber.path)
    standing = standing_of(path)
    if not standing.commit or standing.branch != chamber.branch:
        where = f"branch {standing.branch}" if standing.branch else "a detached HEAD"
        raise Refused(
            f"chamber {chamber.name!r} stands on {where} and not on its own branch; "
            f"run: git -C '{path}' switch {chamber.branch}"
        )
    return standing


def branch_without_directory(repo: Repository, chamber: Chamber) -> Branch:
    """Return what a chamber brings whose directory is gone: what it committed."""
    return Branch(chamber.name, repo.resolve(f"refs/heads/{chamber.branch}"))


def _committed(repo: Repository, task: Task, summary: str, chamber: Chamber) -> Branch:
    path = Path(chamber.path)
    if not path.exists():
        return branch_without_directory(repo, chamber)
    standing = require_own_branch(chamber)
    subject = one_line(f"{chamber.name}: {summary}", _SUBJECT_LIMIT)
    commit = commit_open_work(path, subject, (_trailer(task),), standing)
    return Branch(chamber.name, commit or standing.commit)


def _trailer(task: Task) -> str:
    return f"Orchestra-Task: {task.id}"
