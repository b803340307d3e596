"""A task's work on its way home: committed in its chambers, merged aside, landed in one step."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from orchestra_core.errors import Refused
from orchestra_core.models import Chamber, Task
from orchestra_core.text import one_line
from orchestra_server.chambers.committing import commit_open_work
from orchestra_server.chambers.landing import land
from orchestra_server.chambers.merging import Branch, Conflicted, merge_all
from orchestra_server.chambers.repository import Repository, head_of

_SUBJECT_LIMIT = 60  # characters, so that git log shows it on one line
_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Landed:
    """Where the branch stands now, and the chambers whose work is in it."""

    commit: str
    moved: bool
    merged: tuple[str, ...]


def land_work(
    repo: Repository, task: Task, chambers: Sequence[Chamber], summary: str
) -> Landed | Conflicted:
    """Commit what is open, merge all and land it; a conflict is answered and nothing has moved.

    Safe to repeat after a process died on the way: what is merged already brings nothing. Raises
    Refused when a hook refuses a commit or the person's own work is in the way. Blocking.
    """
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        branches = list(pool.map(partial(_committed, repo, task, summary), chambers))
    old = _tip(repo, task)
    message = f"{summary}\n\n{_trailer(task)}"
    outcome = merge_all(repo, old, branches, message)
    if isinstance(outcome, Conflicted):
        return outcome
    land(repo, repo.top, task.base_branch, old, outcome.commit)
    return Landed(outcome.commit, outcome.commit != old, outcome.order)


def _committed(repo: Repository, task: Task, summary: str, chamber: Chamber) -> Branch:
    """Commit what is open in a chamber; of one whose directory is gone, its branch counts."""
    path = Path(chamber.path)
    if not path.exists():
        return Branch(chamber.name, repo.resolve(f"refs/heads/{chamber.branch}"))
    standing = head_of(path)
    if standing.branch != chamber.branch:
        where = f"branch {standing.branch}" if standing.branch else "a detached HEAD"
        raise Refused(
            f"chamber {chamber.name!r} stands on {where} and not on its own branch; "
            f"run: git -C '{path}' switch {chamber.branch}"
        )
    subject = one_line(f"{chamber.name}: {summary}", _SUBJECT_LIMIT)
    commit = commit_open_work(path, subject, (_trailer(task),))
    return Branch(chamber.name, commit or standing.commit)


def _tip(repo: Repository, task: Task) -> str:
    """Return where the work is to land: the branch the task began on, or the detached HEAD."""
    if not task.base_branch:
        return repo.head().commit
    return repo.resolve(f"refs/heads/{task.base_branch}")


def _trailer(task: Task) -> str:
    return f"Orchestra-Task: {task.id}"
