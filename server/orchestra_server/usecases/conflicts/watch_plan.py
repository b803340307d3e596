"""Which chambers the radar looks at, what of them is watched, and whom a change concerns."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from orchestra_core.errors import OrchestraError
from orchestra_core.models import Chamber, Task
from orchestra_core.names import branch_of, split_chamber_id
from orchestra_core.project import Project, find_project
from orchestra_core.state import ProjectState
from orchestra_server.git.merge.pairwise_conflicts import Room
from orchestra_server.git.watch.file_watcher import count_directories, watch_budget, within_budget
from orchestra_server.usecases.common.transaction import this_host

_OURS = "orchestra/"
_LOCK = ".lock"


@dataclass(frozen=True, slots=True)
class Plan:
    """The rooms to judge; `watched` are those of whose changes the system tells."""

    rooms: tuple[Room, ...] = ()
    watched: frozenset[str] = frozenset()
    paths: frozenset[Path] = frozenset()
    branches: Path = Path()  # refs/heads of the repository


@dataclass(slots=True)
class Touched:
    """Whom changed paths concern: rooms by their files, rooms whatever the file, or a base."""

    files: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    rooms: set[str] = field(default_factory=set[str])
    base: bool = False


def make_plan(project: Project, state: ProjectState) -> Plan:
    """Return the plan for the live chambers of this repository on this machine; reads the disk.

    Where there are more directories than may be watched, the largest chambers are left to their
    workers' reports.
    """
    rooms = tuple(
        _room(chamber, state.tasks[chamber.task_id])
        for chamber in state.chambers.values()
        if chamber.is_live and chamber.host == this_host() and _is_in(project, chamber)
    )
    if not rooms:
        return Plan()
    budget = watch_budget()
    counts = {room.id: count_directories(room.path, budget) for room in rooms} if budget else {}
    watched = within_budget({room.id: counts.get(room.id, 1) for room in rooms}, budget)
    chambers = {room.path for room in rooms if room.id in watched}
    branches = project.git_dir / "refs" / "heads"
    shared = {branches, project.git_dir / "reftable"}
    if any(room.lands_on == "HEAD" for room in rooms):
        shared.add(project.git_dir / "logs" / "HEAD")
    paths = frozenset(chambers | {path for path in shared if path.exists()})
    return Plan(rooms, watched, paths, branches)


def touched_by(plan: Plan, paths: Iterable[str]) -> Touched:
    """Return whom the changed paths concern."""
    touched = Touched()
    tops = [(f"{room.path}/", room.id) for room in plan.rooms if room.id in plan.watched]
    branches = f"{plan.branches}/"
    for path in paths:
        if path.startswith(branches):
            _touch_branch(plan, path.removeprefix(branches).removesuffix(_LOCK), touched)
            continue
        inside = next((room for top, room in tops if path.startswith(top)), None)
        if inside is not None:
            touched.files.setdefault(inside, []).append(path)
        else:
            touched.base = True
            touched.rooms |= {room.id for room in plan.rooms if "reftable" in path}
    return touched


def _touch_branch(plan: Plan, branch: str, touched: Touched) -> None:
    """Take a branch that moved: a chamber's, the base of some, or one a worker may stand on."""
    if branch.startswith(_OURS):
        own_branches = {room.id: branch_of(*split_chamber_id(room.id)) for room in plan.rooms}
        touched.rooms |= {key for key, own in own_branches.items() if own == branch}
    elif any(room.lands_on == f"refs/heads/{branch}" for room in plan.rooms):
        touched.base = True
    else:
        touched.rooms |= {room.id for room in plan.rooms}


def gone_from(state: ProjectState, sides: Collection[str]) -> frozenset[str]:
    """Return which of the sides are chambers of this machine that are no longer live."""
    chambers: Mapping[str, Chamber] = state.chambers
    found = (chambers.get(side) for side in sides)
    return frozenset(one.id for one in found if one and not one.is_live and one.host == this_host())


def _room(chamber: Chamber, task: Task) -> Room:
    lands_on = f"refs/heads/{task.base_branch}" if task.base_branch else "HEAD"
    return Room(chamber.id, Path(chamber.path), lands_on)


def _is_in(project: Project, chamber: Chamber) -> bool:
    """Tell whether the chamber belongs to this repository: two may share one project id."""
    path = Path(chamber.path)
    try:
        return (path / ".git").exists() and find_project(path).git_dir == project.git_dir
    except (OrchestraError, OSError):
        return False
