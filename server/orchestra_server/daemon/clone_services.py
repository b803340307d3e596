"""The duties of a clone's daemon: what it does for the clone as long as anybody uses it."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from functools import partial

from orchestra_core.clock import Clock
from orchestra_core.configuration.live_settings import LiveSettings
from orchestra_core.errors import OrchestraError, Unavailable
from orchestra_core.models import Chamber, Presence
from orchestra_core.project import Project, moved_from
from orchestra_core.store.store import Store
from orchestra_server.daemon.agent_drivers import driver_of
from orchestra_server.usecases.clones.registration import register_clone
from orchestra_server.usecases.common.keep_projections import ProjectionKeeper
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.concurrency.leader_lock import run_as_leader
from orchestra_server.usecases.conflicts.conflict_monitor import watch_as_leader
from orchestra_server.usecases.delivery.delivery_loop import deliver_as_leader
from orchestra_server.usecases.gates.gate_radar import GateRadar
from orchestra_server.usecases.history.trim_daily import trim_daily
from orchestra_server.usecases.started_workers.launch_agent import AgentLauncher
from orchestra_server.usecases.started_workers.prepare_start import StartPreparer
from orchestra_server.usecases.started_workers.supervisor import Hold, WorkerSupervisor
from orchestra_server.usecases.workers.subagent_usage import SubagentUsage
from orchestra_server.usecases.workers.take_in_discoveries import DiscoveryIntake
from orchestra_server.usecases.workers.watch_stray_writes import StrayWriteWatch

_PROJECTIONS_LOCK = "orchestra-files.lock"
_WORKERS_LOCK = "orchestra-workers.lock"
_FOLLOWERS = "the keeper of the JSON files and the reader of discoveries"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DaemonLife:
    """What the duties may ask of the daemon's life.

    `hold` keeps the daemon while an agent runs. `is_outdated` tells whether its code has changed;
    then it leaves, and the next daemon does what this one cannot.
    """

    hold: Hold = nullcontext
    is_outdated: Callable[[], bool] = lambda: False


UNBOUND = DaemonLife()


@asynccontextmanager
async def on_duty(
    store: Store,
    project: Project,
    settings: LiveSettings,
    clock: Clock,
    life: DaemonLife = UNBOUND,
) -> AsyncGenerator[None]:
    """Register the clone, deliver mail, take in the spool, and watch, judge and show chambers.

    It also runs the started workers, which hold the daemon, and trims the project's history. A
    failed duty is logged.
    """
    try:
        await register_clone(store, project)
    except Unavailable as fault:  # a repository that cannot be written can still be read
        _log.warning("%s", fault)
    context = Context(store=store, project=project, settings=settings.now(), actor="", clock=clock)
    if moved_from(project) is not None:
        await _follow_move(context)
    lock = project.git_dir / _PROJECTIONS_LOCK
    workers_lock = project.git_dir / _WORKERS_LOCK
    stray_writes, radar = (
        StrayWriteWatch(context),
        GateRadar(context, lambda: settings.now().gate_share),
    )
    supervisor = _supervisor(context, life)
    on_failure = life.is_outdated  # it may have failed for that
    async with (
        deliver_as_leader(store, project, clock, on_failure),
        watch_as_leader(
            store, project, clock, stray_writes.siblings_changed, radar.see, on_failure=on_failure
        ),
        run_as_leader(radar.lock, radar.run, "the judge of chambers at rest", on_failure),
        run_as_leader(
            lock, partial(_follow_workers, context, stray_writes), _FOLLOWERS, on_failure
        ),
        run_as_leader(workers_lock, supervisor.run, "the supervisor of workers", on_failure),
        trim_daily(store, lambda: settings.now().history_keep, clock),
    ):
        yield


def _supervisor(context: Context, life: DaemonLife) -> WorkerSupervisor:
    return WorkerSupervisor(
        context.store,
        context.project,
        context.clock,
        AgentLauncher(context.project, driver_of).start,
        life.hold,
        prepare=StartPreparer(context).prepare,
        is_outdated=life.is_outdated,
    )


async def _follow_workers(context: Context, stray_writes: StrayWriteWatch) -> None:
    """Keep the JSON files, and take in what workers find, use and write, as they report."""
    intake, usage = DiscoveryIntake(context), SubagentUsage(context)

    def reported(chamber: Chamber, presence: Presence | None) -> None:
        intake.look_into(chamber, presence)
        stray_writes.note(chamber, presence)
        usage.note(presence)

    async with asyncio.TaskGroup() as group:
        group.create_task(intake.run())
        group.create_task(stray_writes.run())
        group.create_task(usage.run())
        group.create_task(ProjectionKeeper(context, reported).run())


async def _follow_move(context: Context) -> None:
    """Update tasks, chambers and hooks after the repository was moved."""
    from orchestra_server.usecases.reconcile.reconcile import reconcile  # noqa: PLC0415 - seldom

    try:
        await reconcile(context)
    except OrchestraError as fault:  # the state can still be read
        _log.warning("%s", fault)
