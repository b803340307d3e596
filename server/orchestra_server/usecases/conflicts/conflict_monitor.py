"""The conflict monitor records which chambers conflict as soon as one of them changes.

It learns of changes from the system's file watches. A chamber that the system does not watch says
so in its health; it is checked when its worker reports, and in rounds. The health of all chambers
is checked when a file that shows it changes, and in rounds, because not every fault shows in a
file. The monitor writes only changes to the store.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from typing import TypeAlias, TypeVar

from orchestra_core.clock import Clock
from orchestra_core.clone.clone_id import clone_id
from orchestra_core.errors import OrchestraError, StoreUnavailable
from orchestra_core.events import Event
from orchestra_core.process.ticks import until_tick
from orchestra_core.project import Project
from orchestra_core.state import ProjectState
from orchestra_core.store.follow import Arrived, PresenceChanged, Reconnected, Snapshot, Update
from orchestra_core.store.store import Store
from orchestra_server.domain.chambers.chamber_health import ROUND_SECONDS
from orchestra_server.git.merge.pairwise_conflicts import (
    CheckedPairs,
    ComparedChamber,
    ConflictChecker,
)
from orchestra_server.git.repository.repository import Repository, open_repository
from orchestra_server.git.watch.ignore_cache import IgnoreCache
from orchestra_server.git.watch.watch_limit import explain_failure
from orchestra_server.usecases.concurrency.leader_lock import run_as_leader
from orchestra_server.usecases.conflicts.chamber_watchers import ChamberWatchers
from orchestra_server.usecases.conflicts.health_watch import HealthWatch, health_files
from orchestra_server.usecases.conflicts.observed_work import ObservedWork
from orchestra_server.usecases.conflicts.pending_changes import PendingChanges
from orchestra_server.usecases.conflicts.record_conflicts import record_conflicts
from orchestra_server.usecases.conflicts.record_work import WorkRecorder, snapshots_and_bases
from orchestra_server.usecases.conflicts.watch_plan import (
    WatchPlan,
    affected_by,
    compared_chamber,
    make_plan,
)
from orchestra_server.usecases.conflicts.watched_health import WatchedHealth
from orchestra_server.usecases.exchange.radar_exchange import RadarExchange

# Events that change the set of watched chambers, and events that recreate a chamber's directory.
_CHANGES_OF_PLAN = ("chamber.created", "chamber.restored", "chamber.closing", "chamber.closed")
_RECREATED = _CHANGES_OF_PLAN[:2]
# Seconds: a worker's reports come in pairs; a store that is out of reach may soon answer again.
_REPORT_DELAY = 0.25
_RETRY_DELAY = 2.0
# Seconds from a change to a health check: a rebase or a repair makes several changes.
_HEALTH_DELAY = 0.5
# Seconds between two health checks of chambers whose changes are reported.
_HEALTH_SECONDS = 60
# Workers that write without a pause must not cost a whole core: after a check the monitor rests
# this many times as long as the check took, and the next check covers all changes made meanwhile.
_REST_FACTOR = 2
_LONGEST_REST = 2.0
# With this many paths in a batch the system may have dropped some (inotify queues 16,384 events).
_MAY_HAVE_OVERFLOWED = 3_000
_LOCK = "orchestra-radar.lock"
Result = TypeVar("Result")
OnFiles: TypeAlias = Callable[[Mapping[str, Sequence[str]]], None]
OnSeen: TypeAlias = Callable[[ObservedWork], Awaitable[None]]
_log = logging.getLogger(__name__)


async def _ignore(_work: ObservedWork) -> None:
    """Do nothing with what was seen."""


@asynccontextmanager
async def watch_as_leader(
    store: Store,
    project: Project,
    clock: Clock,
    on_files: OnFiles = lambda _files: None,
    on_seen: OnSeen = _ignore,
    *,
    on_failure: Callable[[], object] = lambda: None,
) -> AsyncGenerator[None]:
    """Run the monitor in the background once no other process of this repository runs it.

    `on_files` is called with the changed files by chamber. `on_seen` is called with what each check
    saw, before new work is recorded: otherwise that would be shown with the verdict on older work.
    """

    async def watch() -> None:
        await ConflictMonitor(store, project, clock, on_files, on_seen).run()

    async with run_as_leader(project.git_dir / _LOCK, watch, "the conflict monitor", on_failure):
        yield


class ConflictMonitor:
    """Follows the chambers of one clone, until cancelled."""

    def __init__(
        self,
        store: Store,
        project: Project,
        clock: Clock,
        on_files: OnFiles = lambda _files: None,
        on_seen: OnSeen = _ignore,
    ) -> None:
        self._on_files = on_files
        self._on_seen = on_seen
        self._store = store
        self._project = project
        self._clock = clock
        self._state = ProjectState()
        self._pending = PendingChanges()
        self._wake_up = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._round: asyncio.TimerHandle | None = None
        self._health = WatchedHealth(store, project, clock, self._in_thread)
        self._health_watch = HealthWatch(self._health_may_differ)
        self._is_all_told = False  # whether the system reports all chambers' changes
        self._plan = WatchPlan()
        self._watchers = ChamberWatchers(self)
        self._ignored: dict[str, IgnoreCache] = {}
        self._checker: ConflictChecker | None = None
        self._repo: Repository | None = None
        self._work = WorkRecorder(store, clock, self._in_thread)
        self._exchange = RadarExchange(store, project, clock, self._others_changed)
        self._loop = asyncio.get_running_loop()
        # One thread, so that checks run one after the other, and closing runs after the last check.
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="orchestra-radar")

    async def run(self) -> None:
        """Check whenever something has changed, and only then."""
        try:
            async with asyncio.TaskGroup() as group:
                checking = group.create_task(self._check_repeatedly())
                async with aclosing(self._store.follow()) as updates:
                    async for update in updates:
                        self._handle(update)
                checking.cancel()
        finally:
            await self._close()

    # What has changed

    def _handle(self, update: Update) -> None:
        match update:
            case Snapshot(state=state):
                self._state = state
                self._exchange.take_state(state)
                self._pending.plan = True
                self._wake_up.set()
            case Arrived(events=events):
                for event in events:
                    self._handle_event(event)
            case PresenceChanged(presence=presence):
                self._state.presence[presence.chamber_id] = presence
                self._handle_report(presence.chamber_id)
            case Reconnected():
                self._pending.check = True
                self._wake_up.set()
            case _:
                pass

    def _handle_event(self, event: Event) -> None:
        self._state.apply(event)
        chamber = event.data.chamber
        if chamber is not None:
            self._exchange.take_state(self._state)
        if chamber is not None and event.kind in _CHANGES_OF_PLAN:
            self._pending.plan = True
            if event.kind in _RECREATED:
                self._pending.recreated.add(chamber.id)
            self._wake_up.set()

    def _others_changed(self) -> None:
        self._pending.check = True
        self._wake_up.set()

    def _health_may_differ(self) -> None:
        self._pending.health = True
        self._wake_in(_HEALTH_DELAY)

    def _handle_report(self, chamber: str) -> None:
        """Check an unwatched chamber after a report: only its worker reports changes."""
        planned = {planned.id for planned in self._plan.chambers}
        if chamber in planned - self._plan.watched:
            self._pending.changed.add(chamber)
            self._wake_in(_REPORT_DELAY)

    def files_changed(self, paths: Sequence[str]) -> None:
        """Check the chambers whose files or base have changed."""
        affected = affected_by(self._plan, paths)
        if len(paths) >= _MAY_HAVE_OVERFLOWED:
            affected.chambers |= {chamber.id for chamber in self._plan.chambers}
        self._on_files(affected.files)
        self._pending.check |= affected.base
        self._pending.changed |= affected.chambers
        self._pending.add_files(affected.files)
        self._wake_up.set()

    def watch_ready(self, unlooked: set[str]) -> None:
        """Check the chambers that may have changed unseen before the watch was ready."""
        self._pending.changed |= unlooked
        self._pending.health = True
        self._health.refused = ""
        self._wake_up.set()

    def watch_failed(self, why: str, *, retry: bool) -> None:
        """Rely on reports and rounds; plan again if another watch may succeed."""
        _log.warning("chambers are not watched; their workers' reports are used instead: %s", why)
        self._plan = replace(self._plan, watched=frozenset(), paths=frozenset())
        self._pending.changed |= {chamber.id for chamber in self._plan.chambers}
        if retry:
            self._pending.plan = True
            self._wake_in(_RETRY_DELAY)
        else:
            self._health.refused = explain_failure(why)
            self._pending.health = True
            self._wake_up.set()

    def _wake_in(self, seconds: float) -> None:
        if self._timer is None:
            self._timer = self._loop.call_later(seconds, self._wake)

    def _wake(self) -> None:
        self._timer = None
        self._wake_up.set()

    # Checks and watchers

    async def _check_repeatedly(self) -> None:
        while True:
            await self._wake_up.wait()
            self._wake_up.clear()
            pending, self._pending = self._pending, PendingChanges()
            began = self._loop.time()
            try:
                if pending.plan or pending.recount:
                    await self._make_plan(pending)
                if pending.health or pending.round:
                    await self._look_at_health(pending)
                await self._check(pending)
            except (OrchestraError, OSError) as fault:
                _log.warning("the conflict monitor will check again: %s", fault)
                self._pending.add_failed(pending)
                if isinstance(fault, StoreUnavailable):
                    self._wake_in(_RETRY_DELAY)
            if self._round is None and self._health.chambers(self._state):
                seconds = _HEALTH_SECONDS if self._is_all_told else ROUND_SECONDS
                self._round = self._loop.call_later(until_tick(seconds), self._begin_round)
            await asyncio.sleep(min(_LONGEST_REST, _REST_FACTOR * (self._loop.time() - began)))

    async def _make_plan(self, pending: PendingChanges) -> None:
        plan = await self._in_thread(make_plan, self._project, self._state)
        before, self._plan = self._plan, plan
        self._watchers.add_unwatched(pending.recreated | (plan.watched - before.watched))
        replace_watcher = pending.plan or plan.paths != before.paths
        pending.planned()
        if not replace_watcher:
            return
        self._ignored = {
            chamber.id: self._ignored.get(chamber.id) or IgnoreCache(chamber.path)
            for chamber in plan.chambers
        }
        self._watchers.watch(plan)

    def _begin_round(self) -> None:
        self._round = None
        self._pending.round = True
        self._wake_up.set()

    async def _look_at_health(self, pending: PendingChanges) -> None:
        """Record the health of chambers; in a round, also compare unwatched ones."""
        is_limited = await self._health.is_limited(self._plan)
        if self._health.refused and not is_limited and pending.round:
            self._pending.plan = True  # another watcher may get its watches
            self._wake_up.set()
        unwatched = self._health.unwatched(self._plan)
        chambers = self._health.chambers(self._state)
        self._health_watch.watch(
            await self._in_thread(health_files, self._project.git_dir, chambers)
        )
        self._is_all_told = self._health_watch.tells and not unwatched
        if pending.round and unwatched:
            pending.check = True  # the base may not be watched either
            pending.changed |= unwatched.keys()
        if await self._health.record(await self._opened_repository(), self._state, unwatched):
            self._pending.plan = True
            self._wake_up.set()

    async def _check(self, pending: PendingChanges) -> None:
        plan = self._plan
        chambers = {chamber.id for chamber in plan.chambers}
        files = {
            chamber: relevant_files
            for chamber, paths in pending.files.items()
            if chamber in chambers and (relevant_files := self._ignored[chamber].matters(paths))
        }
        changed = chambers & (pending.changed | files.keys())
        if not (changed or pending.check):
            return
        checked = CheckedPairs({}, frozenset())
        if chambers:
            if self._checker is None:
                self._checker = ConflictChecker(await self._opened_repository())
            compared = (*plan.chambers, *self._chambers_of_others())
            checked = await self._in_thread(self._checker.check, compared, changed)
            self._exchange.take_snapshots(self._checker.snapshots, self._checker.env)
        clone = clone_id(self._project.git_dir)
        await record_conflicts(self._store, self._clock, self._state, checked.verdicts, clone)
        await self._tell_seen(plan, checked)
        await self._record_work(plan)
        for chamber in checked.unchanged & files.keys():
            if await self._in_thread(self._ignored[chamber].learn, files[chamber]):
                self._pending.recount = True
                self._wake_up.set()

    async def _tell_seen(self, plan: WatchPlan, checked: CheckedPairs) -> None:
        checker = self._checker
        if checker is None or not plan.chambers:
            await self._on_seen(ObservedWork())
            return
        apart = (pair for pair, verdict in checked.verdicts.items() if not verdict.merges)
        commits = dict(checker.snapshots)
        await self._on_seen(
            ObservedWork(plan.chambers, commits, dict(checker.env), frozenset(apart))
        )

    async def _record_work(self, plan: WatchPlan) -> None:
        """Record which chambers hold work."""
        if self._checker is not None:
            chambers = snapshots_and_bases(self._checker.snapshots, plan.chambers)
            repo = await self._opened_repository()
            await self._work.record(repo, self._checker.env, chambers, self._state)

    def _chambers_of_others(self) -> list[ComparedChamber]:
        """Return the chambers of other clones whose published work is here."""
        tasks = self._state.tasks
        return [
            compared_chamber(chamber, tasks[chamber.task_id], commit)
            for chamber, commit in self._exchange.here()
        ]

    async def _opened_repository(self) -> Repository:
        if self._repo is None:
            self._repo = await self._in_thread(open_repository, self._project.root)
        return self._repo

    async def _in_thread(self, call: Callable[..., Result], *args: object) -> Result:
        return await self._loop.run_in_executor(self._executor, lambda: call(*args))

    async def _close(self) -> None:
        await self._exchange.close()
        self._watchers.stop()
        self._health_watch.stop()
        for timer in (self._timer, self._round):
            if timer is not None:
                timer.cancel()
        if self._checker is not None:
            await self._in_thread(self._checker.close)
        self._executor.shutdown(wait=False)
