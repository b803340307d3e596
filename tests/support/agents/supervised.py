"""A supervisor of workers beside a conductor's store, with agents that a test plays."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress

from orchestra_core.models import Interrupt, WorkerRequest
from orchestra_core.names import chamber_id
from orchestra_core.workers.started_worker import StartedState, StartedWorker
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.started_workers.launch_agent import AgentLauncher
from orchestra_server.usecases.started_workers.prepare_start import (
    PrepareStart,
    nothing_to_prepare,
)
from orchestra_server.usecases.started_workers.start_worker import start_worker
from orchestra_server.usecases.started_workers.supervisor import WorkerSupervisor
from tests.support.agents.scripted_session import ScriptedAgents, ScriptedSession
from tests.support.waiting import until, until_awaited


@asynccontextmanager
async def supervised(
    context: Context,
    agents: ScriptedAgents | AgentLauncher,
    prepare: PrepareStart = nothing_to_prepare,
    is_outdated: Callable[[], bool] = lambda: False,
) -> AsyncGenerator[None]:
    """Supervise the clone's workers within the block, as its daemon does."""
    supervisor = WorkerSupervisor(
        context.store,
        context.project,
        context.clock,
        agents.start,
        prepare=prepare,
        is_outdated=is_outdated,
    )
    task = asyncio.create_task(supervisor.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def worker_in(context: Context, task_id: str, name: str = "auth") -> StartedWorker:
    """Return the document of the worker in a chamber."""
    return (await context.store.snapshot()).workers[chamber_id(task_id, name)]


async def until_worker(
    context: Context, task_id: str, state: StartedState, name: str = "auth"
) -> StartedWorker:
    """Return the worker once it is in a state."""

    async def is_so() -> bool:
        return (await worker_in(context, task_id, name)).state == state

    await until_awaited(is_so)
    return await worker_in(context, task_id, name)


async def session_in(agents: ScriptedAgents, name: str = "auth") -> ScriptedSession:
    """Return the session in a chamber once its agent was told something."""
    await until(lambda: name in agents.sessions and bool(agents.sessions[name].heard))
    return agents.sessions[name]


@asynccontextmanager
async def begun_session(
    context: Context, agents: ScriptedAgents, task_id: str
) -> AsyncGenerator[ScriptedSession]:
    """Supervise the clone's workers within the block; yield the session of one just started."""
    async with supervised(context, agents):
        await start_worker(context, task_id=task_id, chamber="auth")
        yield await session_in(agents)


async def interrupts(context: Context) -> list[Interrupt]:
    """Return all messages, oldest first."""
    state = await context.store.snapshot()
    return sorted(state.interrupts.values(), key=lambda interrupt: interrupt.sent_at)


async def until_asked(context: Context, after: WorkerRequest | None = None) -> WorkerRequest:
    """Return the open request once there is one, other than `after`."""

    async def open_requests() -> list[WorkerRequest]:
        former = after.id if after else ""
        return [each for each in await requests(context) if each.is_open and each.id != former]

    async def is_asked() -> bool:
        return bool(await open_requests())

    await until_awaited(is_asked)
    return (await open_requests())[0]


async def requests(context: Context) -> list[WorkerRequest]:
    """Return all requests."""
    return [*(await context.store.snapshot()).requests.values()]
