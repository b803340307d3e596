"""What all runs of a clone's workers share."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from orchestra_core.clock import Clock
from orchestra_core.models import Chamber
from orchestra_core.project import Project
from orchestra_core.state import ProjectState
from orchestra_core.store.store import Store
from orchestra_core.workers.started_worker import StartedWorker
from orchestra_server.agents.agent_driver import Session
from orchestra_server.usecases.started_workers.prepare_start import (
    PrepareStart,
    nothing_to_prepare,
)
from orchestra_server.usecases.started_workers.session.spend_guard import SpendGuard

StartAgent = Callable[[StartedWorker, Chamber], Awaitable[Session]]


@dataclass(frozen=True, slots=True)
class RunDependencies:
    """What every run of this clone's daemon uses; `state` is kept up to date by its owner."""

    store: Store
    project: Project
    clock: Clock
    start_agent: StartAgent
    spend_guard: SpendGuard
    state: Callable[[], ProjectState]
    prepare: PrepareStart = nothing_to_prepare
