"""Runs the workers that should run in this clone's chambers, and records their state.

It follows the project. Agents that a killed daemon left running are ended first; their
conversations continue if the agents can do that.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, aclosing, nullcontext
from typing import TYPE_CHECKING

from orchestra_core.clock import Clock
from orchestra_core.clone.clone_id import clone_id
from orchestra_core.errors import OrchestraError
from orchestra_core.events import Event
from orchestra_core.models import Chamber, Presence, WorkerRequest
from orchestra_core.process.process_group import end_process_group
from orchestra_core.project import Project
from orchestra_core.state import ProjectState
from orchestra_core.store.follow import Arrived, Snapshot, Update
from orchestra_core.store.store import Store
from orchestra_core.workers.started_worker import EndReason, StartedWorker
from orchestra_server.domain.workers.requests import GONE_NOTE
from orchestra_server.domain.workers.started_workers import ended
from orchestra_server.usecases.clones.whereabouts import is_here
from orchestra_server.usecases.requests.withdraw_requests import withdraw_requests
from orchestra_server.usecases.started_workers.prepare_start import (
    PrepareStart,
    nothing_to_prepare,
)
from orchestra_server.usecases.started_workers.record_worker import record_worker, until_stored
from orchestra_server.usecases.started_workers.run_dependencies import RunDependencies, StartAgent
from orchestra_server.usecases.started_workers.session.spend_guard import SpendGuard

if TYPE_CHECKING:
    from orchestra_server.usecases.started_workers.run_worker import WorkerRun

_CRASHED = "something failed inside the daemon; see its log"
_log = logging.getLogger(__name__)
Hold = Callable[[], AbstractContextManager[None]]


class WorkerSupervisor:
    """Runs the workers of one clone; `hold` keeps the daemon while one of them runs.

    `prepare` readies a chamber before an agent starts there. `is_outdated` tells that the daemon's
    code has changed; then the next daemon runs the first agent.
    """

    def __init__(
        self,
        store: Store,
        project: Project,
        clock: Clock,
        start_agent: StartAgent,
        hold: Hold = nullcontext,
        *,
        prepare: PrepareStart = nothing_to_prepare,
        is_outdated: Callable[[], bool] = lambda: False,
    ) -> None:
        self._store, self._project, self._clock = store, project, clock
        self._hold = hold
        self._is_outdated = is_outdated
        self._state = ProjectState()
        self._guard = SpendGuard(store, project.git_dir, clock)
        self._place = RunDependencies(
            store, project, clock, start_agent, self._guard, lambda: self._state, prepare
        )
        self._answering = set[asyncio.Task[None]]()
        self._runs: dict[str, WorkerRun] = {}  # by the chamber's id
        self._tasks = dict[str, asyncio.Task[None]]()

    async def run(self) -> None:
        """Follow the project until cancelled; then the agents end, and their documents stay."""
        try:
            async with aclosing(self._store.follow()) as updates:
                async for update in updates:
                    await self._take(update)
        finally:
            ending = [*self._tasks.values(), *self._answering]
            for task in ending:
                task.cancel()
            await asyncio.gather(*ending, return_exceptions=True)
            await self._guard.close()

    async def _take(self, update: Update) -> None:
        match update:
            case Snapshot(state=state):
                self._state = state
                await self._withdraw_left_requests()
                for worker in state.workers.values():
                    self._look_after(worker)
                self._stop_unknown()
                for chamber_id, run in self._runs.items():
                    self._tell_all(chamber_id, run)
                for request in state.requests.values():
                    self._take_answer(request)
            case Arrived(events=events):
                for event in events:
                    self._state.apply(event)
                self._take_events(events)
            case _:
                pass

    def _take_events(self, events: Iterable[Event]) -> None:
        for event in events:
            data = event.data
            run = self._runs.get(f"{event.task_id}/{event.chamber}")
            if data.request is not None:
                self._take_answer(data.request)
            if data.worker is not None:
                self._look_after(data.worker)
            if run is None:
                continue
            if data.chamber is not None:
                run.take_chamber(data.chamber)
            if event.kind == "interrupt.sent" and data.interrupt is not None:
                run.tell(data.interrupt)
            if event.kind == "request.answered" and data.request is not None:
                run.answer(data.request)

    def _take_answer(self, request: WorkerRequest) -> None:
        """Pass an answer about a limit to the guard, which holds workers of several runs."""
        if not request.is_open and self._guard.asks(request):
            task = asyncio.create_task(self._guard.take_answer(request))
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)

    def _look_after(self, worker: StartedWorker) -> None:
        """Start workers that should run and do not; stop those that should not."""
        chamber = self._state.chambers.get(worker.id)
        run = self._runs.get(worker.id)
        if run is not None:
            if not worker.is_wanted and run.start.asked_at == worker.asked_at:
                run.stop()
        elif not worker.is_over and chamber is not None and self._is_here(chamber):
            self._begin(chamber, worker)

    def _stop_unknown(self) -> None:
        """Stop agents whose start the store has lost: nobody sees them or could stop them."""
        for worker_id, run in self._runs.items():
            worker = self._state.workers.get(worker_id)
            if worker is None or worker.asked_at < run.start.asked_at:
                run.stop()

    def _begin(self, chamber: Chamber, worker: StartedWorker) -> None:
        if not self._runs and self._is_outdated():
            return
        # Late: with the guard for shell commands, it is a lot of code that few daemons need.
        from orchestra_server.usecases.started_workers.run_worker import WorkerRun  # noqa: PLC0415

        run = self._runs[worker.id] = WorkerRun(self._place, chamber, worker)
        task = asyncio.create_task(self._keep(run, chamber, worker))
        self._tasks[worker.id] = task
        task.add_done_callback(lambda _: self._forget(worker))

    def _forget(self, worker: StartedWorker) -> None:
        """Drop an ended run; a start that was asked for meanwhile begins."""
        self._runs.pop(worker.id, None)
        task = self._tasks.pop(worker.id, None)
        if task is not None and task.cancelled():
            return
        latest = self._state.workers.get(worker.id)
        if latest is not None and latest.asked_at != worker.asked_at:
            self._look_after(latest)

    async def _keep(self, run: "WorkerRun", chamber: Chamber, worker: StartedWorker) -> None:
        with self._hold():
            try:
                if worker.process:
                    await self._show_starting(worker)
                    await asyncio.to_thread(end_process_group, worker.process)
                if worker.is_wanted and chamber.is_live:
                    await run.run()
                else:
                    await self._end(worker, "stopped", "")
            except Exception:  # noqa: BLE001 - one worker's fault is no other's
                _log.exception("the worker in %s", worker.id)
                await self._end(worker, "failed", _CRASHED)
            await self._guard.forget(worker)  # not if this daemon is leaving: the next one asks

    async def _show_starting(self, worker: StartedWorker) -> None:
        """Show that a worker in a turn will come back, before its missing process is noticed."""
        if worker.state == "running":
            at = self._clock()
            starting = Presence(chamber_id=worker.id, state="starting", since=at)
            await until_stored(lambda: self._store.report_presence(starting))

    async def _end(self, worker: StartedWorker, reason: EndReason, words: str) -> None:
        async def record() -> StartedWorker:
            at = self._clock()
            return await record_worker(
                self._store, worker, lambda now: ended(now, reason=reason, words=words, at=at)
            )

        await until_stored(record)

    def _tell_all(self, chamber_id: str, run: "WorkerRun") -> None:
        """Pass a run what came while the store was out of reach; it ignores what it knows."""
        if chamber_id in self._state.chambers:
            run.take_chamber(self._state.chambers[chamber_id])
        for interrupt in self._state.unread_by_chamber().get(chamber_id, []):
            if interrupt.state == "sent":
                run.tell(interrupt)
        for request in self._state.requests.values():
            if request.chamber_id == chamber_id and not request.is_open:
                run.answer(request)

    async def _withdraw_left_requests(self) -> None:
        """Withdraw the requests left by the agents of an ended daemon."""
        orphaned = [
            request.id
            for request in self._state.requests.values()
            if request.is_open
            and request.start
            and request.chamber_id not in self._runs
            and self._is_here(self._state.chambers.get(request.chamber_id))
        ]
        common_dir = self._project.git_dir
        try:
            await withdraw_requests(self._store, common_dir, orphaned, GONE_NOTE, self._clock)
        except OrchestraError as fault:
            _log.warning("%s", fault)

    def _is_here(self, chamber: Chamber | None) -> bool:
        return chamber is not None and is_here(chamber, clone_id(self._project.git_dir))
