"""Which chambers take part in the exchange: those of tasks with live chambers in several clones."""

from collections import defaultdict

from orchestra_core.models import Chamber
from orchestra_core.state import ProjectState
from orchestra_server.git.remotes.addresses import shared_address


def chambers_of_others(state: ProjectState, clone: str) -> list[Chamber]:
    """Return other clones' live chambers with published work, of tasks that `clone` shares.

    `clone` is the id of this clone.
    """
    shared = _shared(state, clone)
    return [
        chamber
        for task_id in shared
        for chamber in shared[task_id]
        if chamber.clone != clone and chamber.published
    ]


def places_to_publish(state: ProjectState, clone: str) -> dict[str, str]:
    """Return the address to publish each chamber of a clone at, by chamber id.

    It is an address that all clones of the task share, or else one that this clone shares with any
    other.
    """
    places: dict[str, str] = {}
    own = state.clones.get(clone)
    for task_id, chambers in _shared(state, clone).items():
        if own is None or not state.tasks[task_id].is_open:
            continue
        ids = dict.fromkeys(chamber.clone for chamber in chambers if chamber.clone != clone)
        others = [state.clones[clone_id] for clone_id in ids if clone_id in state.clones]
        remotes = [other_clone.remotes for other_clone in others]
        address = shared_address(own.remotes, remotes) or next(
            filter(None, (shared_address(own.remotes, [noted]) for noted in remotes)), ""
        )
        if address and remotes:
            places |= {chamber.id: address for chamber in chambers if chamber.clone == clone}
    return places


def _shared(state: ProjectState, clone: str) -> dict[str, list[Chamber]]:
    """Return the live chambers of each task that has some in this clone and in another."""
    by_task: dict[str, list[Chamber]] = defaultdict(list)
    for chamber in state.chambers.values():
        if chamber.is_live and chamber.task_id in state.tasks:
            by_task[chamber.task_id].append(chamber)
    return {
        task_id: chambers
        for task_id, chambers in by_task.items()
        if clone
        and len({chamber.clone for chamber in chambers} | {clone}) > 1
        and any(chamber.clone == clone for chamber in chambers)
    }
