"""Delivery by the process on duty: posts mail sent from elsewhere, and sends the heartbeat.

It also takes in the spool as soon as hooks leave something there, and does what other clones ask
for (`usecases/exchange/`).

The sender of a message to a chamber of the same clone posts it. Messages from other clones, and
from processes that died before posting, are posted here: at the start, and then as events arrive.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, asynccontextmanager

from orchestra_core.clock import Clock
from orchestra_core.clone.clone_id import clone_id
from orchestra_core.errors import OrchestraError
from orchestra_core.models import Presence
from orchestra_core.project import Project
from orchestra_core.state import ProjectState
from orchestra_core.store.follow import Arrived, PresenceChanged, Reconnected, Snapshot, Update
from orchestra_core.store.store import Store
from orchestra_server.domain.workers.interrupts import LASTING_END, left_behind
from orchestra_server.usecases.client_sessions.blocked_workers import BlockedWorkers
from orchestra_server.usecases.client_sessions.terminal_answers import TerminalAnswers
from orchestra_server.usecases.clones.registration import DUTY_LOCK, CloneHeartbeat
from orchestra_server.usecases.clones.whereabouts import here_of
from orchestra_server.usecases.concurrency.leader_lock import run_as_leader
from orchestra_server.usecases.delivery.deliver import deliver_mail
from orchestra_server.usecases.delivery.spool_watch import watch_spool
from orchestra_server.usecases.delivery.take_in_spool import take_in_round
from orchestra_server.usecases.exchange.serve_other_clones import OtherClonesService
from orchestra_server.usecases.requests.serve_requests import RequestService
from orchestra_server.usecases.workers.silent_workers import SilentWorkers

_NEWS = frozenset(
    (
        "interrupt.sent",
        "interrupt.cancelled",
        "interrupt.expired",
        "worker.ended",
        "chamber.suspended",
        "chamber.resumed",
    )
)
# Seconds: by then a sender in this clone has posted, so nothing is done twice.
_SENDERS_TURN = 0.01
# Seconds until a spool that could not be read to its end is read again, doubled each time.
_SPOOL_PAUSE = 0.01
_LONGEST_SPOOL_PAUSE = 2.0
# Seconds; by then another reader of the spool is done.
_SPOOL_PATIENCE = 0.2
# Seconds between two rounds: what many workers report at once is taken in together.
_SPOOL_REST = 0.025
_log = logging.getLogger(__name__)


@asynccontextmanager
async def deliver_as_leader(
    store: Store,
    project: Project,
    clock: Clock,
    on_failure: Callable[[], object] = lambda: None,
) -> AsyncGenerator[None]:
    """Post the mail of this clone's chambers within the block; a failure is logged and reported."""

    async def go_round() -> None:
        await _MailRound(store, project, clock).run()

    async with run_as_leader(project.git_dir / DUTY_LOCK, go_round, "the postman", on_failure):
        yield


class _MailRound:
    """Follows the project's events, and delivers whenever there may be something to deliver."""

    def __init__(self, store: Store, project: Project, clock: Clock) -> None:
        self._store = store
        self._project = project
        self._common_dir = project.git_dir
        self._clock = clock
        self._state = ProjectState()
        self._woken = asyncio.Event()
        self._spooled = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._heartbeat = CloneHeartbeat(store, project)
        self._other_clones = OtherClonesService(store, project, clock)
        self._requests = RequestService(store, project, clock)
        self._silent = SilentWorkers(store, project, clock)
        self._blocked = BlockedWorkers(store, project, clock)
        self._terminals = TerminalAnswers(store, project, clock)
        self._alarms: set[asyncio.TimerHandle] = set()

    async def run(self) -> None:
        """Run until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                parts = (
                    self._go_round(),
                    self._heartbeat.run(),
                    self._empty_spool(),
                    watch_spool(self._common_dir, self._spooled.set),
                    self._other_clones.run(),
                    self._requests.run(),
                    self._silent.run(),
                    self._blocked.run(),
                    self._terminals.run(),
                )
                tasks = [group.create_task(part) for part in parts]
                self._spooled.set()
                async with aclosing(self._store.follow()) as updates:
                    async for update in updates:
                        self._take(update)
                for task in tasks:
                    task.cancel()
        finally:
            for alarm in self._alarms:
                alarm.cancel()

    async def _go_round(self) -> None:
        while True:
            await self._woken.wait()
            self._woken.clear()
            try:
                clone = clone_id(self._project.git_dir)
                await deliver_mail(self._store, self._state, self._clock, clone, self._common_dir)
            except OrchestraError as fault:
                _log.warning("%s", fault)  # the next event, or the store's return, tries again

    async def _empty_spool(self) -> None:
        pause = _SPOOL_PAUSE
        while True:
            await self._spooled.wait()
            self._spooled.clear()
            try:
                intake = await take_in_round(
                    self._store, self._common_dir, self._clock, _SPOOL_PATIENCE
                )
            except OrchestraError as fault:
                _log.warning("%s", fault)  # the spool's files stay
                self._set_in(_LONGEST_SPOOL_PAUSE, self._spooled)
                continue
            self._state.interrupts |= {interrupt.id: interrupt for interrupt in intake.stamped}
            is_unfinished = intake.is_torn or intake.is_anothers
            pause = min(2 * pause, _LONGEST_SPOOL_PAUSE) if is_unfinished else _SPOOL_PAUSE
            if intake.has_more:
                self._spooled.set()
                continue
            if is_unfinished:
                self._set_in(pause, self._spooled)
            await asyncio.sleep(_SPOOL_REST)

    def _take(self, update: Update) -> None:
        match update:
            case Snapshot(state=state):
                self._state = state
                self._tell_heartbeat()
                self._other_clones.take_state(state)
                self._requests.take_state(state)
                self._silent.take_state(state)
                self._blocked.take_state(state)
                self._terminals.take_state(state)
                for presence in state.presence.values():
                    self._look_after(presence)
                self._woken.set()
            case Arrived(events=events):
                for event in events:
                    self._state.apply(event)
                    if event.data.chamber is not None:
                        self._tell_heartbeat()
                        self._blocked.chambers_changed()
                    if event.kind == "interrupt.sent":
                        self._wake_in(_SENDERS_TURN)
                    elif event.kind in _NEWS:
                        self._woken.set()
                self._other_clones.take_events(events)
                self._requests.take_events(events)
                self._terminals.take_events(events)
            case PresenceChanged(presence=presence):
                self._state.presence[presence.chamber_id] = presence
                self._silent.take_report(presence)
                self._terminals.take_report(presence)
                self._blocked.chambers_changed()
                self._look_after(presence)
            case Reconnected():
                self._woken.set()
                self._spooled.set()
            case _:
                pass

    def _tell_heartbeat(self) -> None:
        clone = clone_id(self._project.git_dir)
        chambers = here_of(self._state.chambers.values(), clone)
        self._heartbeat.chambers_live(here=any(chamber.is_standing for chamber in chambers))

    def _look_after(self, presence: Presence) -> None:
        """Schedule another check for a worker that has ended with unread mail."""
        settled = presence.since + LASTING_END
        mail = (
            interrupt
            for interrupt in self._state.interrupts.values()
            if interrupt.chamber_id == presence.chamber_id
        )
        if left_behind(mail, presence, settled):
            self._wake_in(max(0, settled - self._clock()) / 1_000)

    def _wake_in(self, seconds: float) -> None:
        self._set_in(seconds, self._woken)

    def _set_in(self, seconds: float, event: asyncio.Event) -> None:
        self._alarms = {alarm for alarm in self._alarms if alarm.when() > self._loop.time()}
        self._alarms.add(self._loop.call_later(seconds, event.set))
