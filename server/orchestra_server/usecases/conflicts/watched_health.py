"""The health of a clone's chambers, including why the system does not watch some of them."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from orchestra_core.clock import Clock
from orchestra_core.clone.clone_id import clone_id
from orchestra_core.models import Chamber
from orchestra_core.project import Project
from orchestra_core.state import ProjectState
from orchestra_core.store.store import Store
from orchestra_server.domain.chambers.chamber_health import (
    TOO_LARGE,
    health_of,
    is_compared,
    with_watch,
)
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.watch.watch_limit import reached_limit
from orchestra_server.usecases.clones.whereabouts import here_of
from orchestra_server.usecases.conflicts.watch_plan import WatchPlan
from orchestra_server.usecases.health.record_health import record_health
from orchestra_server.usecases.health.remembered_health import RememberedHealth

InThread = Callable[..., Awaitable[Any]]


class WatchedHealth:
    """Checks the chambers and records what is wrong; `refused` says why none is watched."""

    def __init__(self, store: Store, project: Project, clock: Clock, in_thread: InThread) -> None:
        self._store = store
        self._project = project
        self._clock = clock
        self._in_thread = in_thread
        self._observed = RememberedHealth()
        self.refused = ""  # "" while the system reports all changes

    def chambers(self, state: ProjectState) -> list[Chamber]:
        """Return the live chambers of this clone."""
        live = (chamber for chamber in state.chambers.values() if chamber.is_live)
        return here_of(live, clone_id(self._project.git_dir))

    async def is_limited(self, plan: WatchPlan) -> bool:
        """Tell whether the system has no watches left, and remember which chambers lack them."""
        limit: str = ""
        if plan.chambers:
            limit = await self._in_thread(reached_limit, self._project.git_dir)
        self.refused = limit or self.refused
        return bool(limit)

    def unwatched(self, plan: WatchPlan) -> dict[str, str]:
        """Return, by chamber, why it is not watched."""
        return {
            chamber.id: self.refused or TOO_LARGE
            for chamber in plan.chambers
            if self.refused or chamber.id not in plan.watched
        }

    async def record(
        self, repo: Repository, state: ProjectState, unwatched: Mapping[str, str]
    ) -> bool:
        """Check the chambers and record their health.

        Return whether the set of chambers to compare has changed: a directory went or came back.
        """
        chambers = self.chambers(state)
        facts = await self._in_thread(self._observed.observe, repo, state.tasks, chambers)
        health = dict[str, tuple[str, ...]]()
        for chamber in chambers:
            why, seen = unwatched.get(chamber.id, ""), facts.get(chamber.id)
            health[chamber.id] = health_of(chamber, seen, why) if seen else with_watch(chamber, why)
        changed = any(
            is_compared(health[chamber.id]) != is_compared(chamber.health) for chamber in chambers
        )
        await record_health(self._store, self._clock, state, health)
        return changed
