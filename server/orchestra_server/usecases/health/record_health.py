"""Records what is wrong with live chambers, for readers of the store."""

import asyncio
from collections.abc import Mapping

from orchestra_core.clock import Clock
from orchestra_core.models import Chamber
from orchestra_core.state import ProjectState
from orchestra_core.store.store import Store
from orchestra_server.domain.chambers.chamber_health import (
    health_changed,
    health_of,
    unwatched_because,
)
from orchestra_server.git.repository.repository import Repository
from orchestra_server.usecases.clones.whereabouts import here_of
from orchestra_server.usecases.common.record_chamber_values import (
    ChamberValue,
    record_chamber_values,
)
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.health.observe_health import observe_health


def _health(chamber: Chamber) -> tuple[str, ...]:
    return chamber.health


_HEALTH = ChamberValue(_health, health_changed)


async def refresh_health(context: Context, repo: Repository) -> None:
    """Check this clone's live chambers and record their health, except whether they are watched."""
    state = await context.store.snapshot()
    here = here_of(
        (chamber for chamber in state.chambers.values() if chamber.is_live), context.clone
    )
    facts = await asyncio.to_thread(observe_health, repo, state.tasks, here)
    health = {
        chamber.id: health_of(chamber, facts[chamber.id], unwatched_because(chamber))
        for chamber in here
        if chamber.id in facts
    }
    await record_health(context.store, context.clock, state, health)


async def record_health(
    store: Store, clock: Clock, state: ProjectState, health: Mapping[str, tuple[str, ...]]
) -> None:
    """Write the health, by chamber id, that differs from `state`."""
    await record_chamber_values(store, clock, state.chambers, _HEALTH, health)
