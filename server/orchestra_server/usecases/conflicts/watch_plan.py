"""Plans which chambers are checked for conflicts and watched, and what a change affects."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from orchestra_core.clone.clone_id import clone_id
from orchestra_core.errors import OrchestraError
from orchestra_core.models import Chamber, Task
from orchestra_core.names import branch_of, split_chamber_id
from orchestra_core.project import Project, find_project
from orchestra_core.state import ProjectState
from orchestra_server.git.merge.pairwise_conflicts import ComparedChamber
from orchestra_server.git.watch.file_watcher import count_directories, watch_budget, within_budget
from orchestra_server.usecases.clones.whereabouts import is_here

_CHAMBER_BRANCHES = "orchestra/"
_LOCK = ".lock"


@dataclass(frozen=True, slots=True)
class WatchPlan:
    """The chambers to check; `watched` are those with file watches."""

    chambers: tuple[ComparedChamber, ...] = ()
    watched: frozenset[str] = frozenset()
    paths: frozenset[Path] = frozenset()
    branches: Path = Path()  # refs/heads of the repository


@dataclass(slots=True)
class AffectedChambers:
    """What changed paths affect: chambers with changed files, whole chambers, or a base."""

    files: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    chambers: set[str] = field(default_factory=set[str])
    base: bool = False


def make_plan(project: Project, state: ProjectState) -> WatchPlan:
    """Return the plan for the live chambers of this clone; reads the disk.

    If there are more directories than may be watched, the largest chambers are not watched and
    depend on their workers' reports.
    """
    clone = clone_id(project.git_dir)
    chambers = tuple(
        compared_chamber(chamber, state.tasks[chamber.task_id])
        for chamber in state.chambers.values()
        if chamber.is_live and is_here(chamber, clone) and _is_in(project, chamber)
    )
    if not chambers:
        return WatchPlan()
    budget = watch_budget()
    directories = {
        chamber.id: count_directories(chamber.path, budget) if budget else 1 for chamber in chambers
    }
    watched = within_budget(directories, budget)
    watched_paths = {chamber.path for chamber in chambers if chamber.id in watched}
    branches = project.git_dir / "refs" / "heads"
    shared_paths = {branches, project.git_dir / "reftable"}
    if any(chamber.lands_on == "HEAD" for chamber in chambers):
        shared_paths.add(project.git_dir / "logs" / "HEAD")
    paths = frozenset(watched_paths | {path for path in shared_paths if path.exists()})
    return WatchPlan(chambers, watched, paths, branches)


def affected_by(plan: WatchPlan, paths: Iterable[str]) -> AffectedChambers:
    """Return what changed paths affect."""
    affected = AffectedChambers()
    directories = {
        f"{chamber.path}/": chamber.id for chamber in plan.chambers if chamber.id in plan.watched
    }
    branches = f"{plan.branches}/"
    for path in paths:
        if path.startswith(branches):
            _add_branch(plan, path.removeprefix(branches).removesuffix(_LOCK), affected)
            continue
        owner = next((owner for top, owner in directories.items() if path.startswith(top)), None)
        if owner is not None:
            affected.files.setdefault(owner, []).append(path)
        elif f"{path}/" in directories:  # the system has lost track of its changes
            affected.chambers.add(directories[f"{path}/"])
        else:
            affected.base = True
            affected.chambers |= {chamber.id for chamber in plan.chambers if "reftable" in path}
    return affected


def _add_branch(plan: WatchPlan, branch: str, affected: AffectedChambers) -> None:
    """Add a moved branch: a chamber's, a base, or one that a worker may have checked out."""
    if branch.startswith(_CHAMBER_BRANCHES):
        affected.chambers |= {
            chamber.id
            for chamber in plan.chambers
            if branch_of(*split_chamber_id(chamber.id)) == branch
        }
    elif any(chamber.lands_on == f"refs/heads/{branch}" for chamber in plan.chambers):
        affected.base = True
    else:
        affected.chambers |= {chamber.id for chamber in plan.chambers}


def ended_chambers(state: ProjectState, sides: Collection[str], clone: str) -> frozenset[str]:
    """Return the sides that are chambers of this clone and no longer live."""
    chambers: Mapping[str, Chamber] = state.chambers
    present = (chambers.get(side) for side in sides)
    return frozenset(
        chamber.id
        for chamber in present
        if chamber and not chamber.is_live and is_here(chamber, clone)
    )


def compared_chamber(chamber: Chamber, task: Task, commit: str = "") -> ComparedChamber:
    """Return a chamber in the form for the checker; `commit` has the content of another clone's."""
    lands_on = f"refs/heads/{task.base_branch}" if task.base_branch else "HEAD"
    return ComparedChamber(chamber.id, Path(chamber.path), lands_on, chamber.base_commit, commit)


def _is_in(project: Project, chamber: Chamber) -> bool:
    """Tell whether the chamber is in this repository: two repositories may share a project id."""
    path = Path(chamber.path)
    try:
        return (path / ".git").exists() and find_project(path).git_dir == project.git_dir
    except (OrchestraError, OSError):
        return False
