"""The live conflict radar: records who collides with whom as soon as a chamber changes.

It is told of changes by the system, and where a chamber has too many directories for that, by its
worker's reports. Nothing that it finds is written unless it is other than what is known.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace
from typing import TypeVar

from orchestra_core.change import Change
from orchestra_core.clock import Clock
from orchestra_core.errors import OrchestraError, StoreUnavailable
from orchestra_core.events import Event
from orchestra_core.project import Project
from orchestra_core.state import ProjectState
from orchestra_core.store.follow import Arrived, PresenceChanged, Reconnected, Snapshot, Update
from orchestra_core.store.reads import Reads
from orchestra_core.store.store import Store
from orchestra_server.domain.conflicts import recorded, sighted
from orchestra_server.git.merge.pairwise_conflicts import Look, Radar
from orchestra_server.git.repository.repository import open_repository
from orchestra_server.git.watch.file_watcher import Watch
from orchestra_server.git.watch.ignore_cache import Ignored
from orchestra_server.usecases.conflicts.watch_plan import Plan, gone_from, make_plan, touched_by

# What makes a chamber come or go, and what makes a directory that was watched another one.
_MOVES = ("chamber.created", "chamber.restored", "chamber.closing", "chamber.closed")
_ANEW = _MOVES[:2]
# Seconds: a worker's reports come in pairs; a store that does not answer may do so soon.
_QUIET = 0.25
_AGAIN = 2.0
# Many workers writing without a pause must not cost a whole core: after a look it rests so many
# times as long as that took, and what happens meanwhile is seen in one look.
_RESTS = 2
_LONGEST_REST = 2.0
# Paths in one batch from which on the system may have dropped some (inotify queues 16,384 events).
_PERHAPS_MORE = 3_000
Result = TypeVar("Result")
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _News:
    """What has happened since the last look."""

    plan: bool = False  # other chambers are there
    recount: bool = False  # a chamber may have too many directories by now
    look: bool = False
    anew: set[str] = field(default_factory=set[str])  # chambers whose directory is another one
    changed: set[str] = field(default_factory=set[str])
    files: dict[str, list[str]] = field(default_factory=dict[str, list[str]])  # by chamber


class ConflictRadar:
    """Follows the chambers of one repository on this machine, until cancelled."""

    def __init__(self, store: Store, project: Project, clock: Clock) -> None:
        self._store = store
        self._project = project
        self._clock = clock
        self._state = ProjectState()
        self._news = _News()
        self._woken = asyncio.Event()
        self._alarm: asyncio.TimerHandle | None = None
        self._plan = Plan()
        self._watches: list[Watch] = []  # the newest last, which may not be ready yet
        self._unwatched = set[str]()  # chambers to look at once the newest watch is ready
        self._ignored: dict[str, Ignored] = {}
        self._radar: Radar | None = None
        self._loop = asyncio.get_running_loop()
        # One thread: looks come one after the other, and closing after the last of them.
        self._hands = ThreadPoolExecutor(max_workers=1, thread_name_prefix="orchestra-radar")

    async def run(self) -> None:
        """Look whenever something has changed, and only then."""
        try:
            async with asyncio.TaskGroup() as group:
                looking = group.create_task(self._look_on())
                async with aclosing(self._store.follow()) as updates:
                    async for update in updates:
                        self._take(update)
                looking.cancel()
        finally:
            await self._close()

    # What happens

    def _take(self, update: Update) -> None:
        match update:
            case Snapshot(state=state):
                self._state = state
                self._news.plan = True
                self._woken.set()
            case Arrived(events=events):
                for event in events:
                    self._take_event(event)
            case PresenceChanged(presence=presence):
                self._reported(presence.chamber_id)
            case Reconnected():
                self._news.look = True
                self._woken.set()
            case _:
                pass

    def _take_event(self, event: Event) -> None:
        self._state.apply(event)
        chamber = event.data.chamber
        if chamber is not None and event.kind in _MOVES:
            self._news.plan = True
            if event.kind in _ANEW:
                self._news.anew.add(chamber.id)
            self._woken.set()

    def _reported(self, chamber: str) -> None:
        """Take a worker's report where it is the only sign that something may have changed."""
        if chamber not in self._plan.watched and any(
            room.id == chamber for room in self._plan.rooms
        ):
            self._news.changed.add(chamber)
            self._wake_in(_QUIET)

    def _files_changed(self, paths: Sequence[str]) -> None:
        touched = touched_by(self._plan, paths)
        if len(paths) >= _PERHAPS_MORE:
            touched.rooms |= {room.id for room in self._plan.rooms}
        self._news.look |= touched.base
        self._news.changed |= touched.rooms
        for room, files in touched.files.items():
            self._news.files.setdefault(room, []).extend(files)
        self._woken.set()

    def _wake_in(self, seconds: float) -> None:
        if self._alarm is None:
            self._alarm = self._loop.call_later(seconds, self._ring)

    def _ring(self) -> None:
        self._alarm = None
        self._woken.set()

    # What is done about it

    async def _look_on(self) -> None:
        while True:
            await self._woken.wait()
            self._woken.clear()
            news, self._news = self._news, _News()
            began = self._loop.time()
            try:
                if news.plan or news.recount:
                    await self._make_plan(news)
                await self._look(news)
            except (OrchestraError, OSError) as fault:
                _log.warning("the conflict radar will look again: %s", fault)
                self._news.look = True
                self._news.plan |= news.plan
                self._news.recount |= news.recount
                self._news.anew |= news.anew
                self._news.changed |= news.changed | news.files.keys()
                if isinstance(fault, StoreUnavailable):
                    self._wake_in(_AGAIN)
            await asyncio.sleep(min(_LONGEST_REST, _RESTS * (self._loop.time() - began)))

    async def _make_plan(self, news: _News) -> None:
        plan = await self._by_hand(make_plan, self._project, self._state)
        before, self._plan = self._plan, plan
        self._unwatched |= news.anew | (plan.watched - before.watched)
        replace_watch = news.plan or plan.paths != before.paths
        news.look, news.plan, news.recount = True, False, False
        if not replace_watch:
            return
        self._ignored = {
            room.id: self._ignored.get(room.id) or Ignored(room.path) for room in plan.rooms
        }
        if plan.paths:
            self._watches.append(self._start_watch(plan))
        else:
            self._stop_watches()

    def _start_watch(self, plan: Plan) -> Watch:
        """Return a watch that replaces the others once it is ready; they go on until then."""
        watch = Watch(
            plan.paths,
            on_ready=self._told(lambda: self._watching(watch)),
            on_changes=lambda paths: self._told(lambda: self._files_changed(paths))(),
            on_failure=lambda why, ended: self._told(
                lambda: self._not_watching(watch, why, ended=ended)
            )(),
        )
        return watch

    def _watching(self, watch: Watch) -> None:
        """Stop the watches that this one replaces, and look at what none has watched so far."""
        if self._watches[-1:] != [watch]:
            return  # replaced already: the next one takes over what it has not watched
        self._stop_watches(self._watches[:-1])
        self._news.changed |= self._unwatched
        self._unwatched = set[str]()
        self._woken.set()

    def _not_watching(self, watch: Watch, why: str, *, ended: bool) -> None:
        """Go by the workers' reports; a watch that ended, as at a name no UTF-8, begins again."""
        if self._watches[-1:] != [watch]:
            self._unwatched |= self._plan.watched
            return
        _log.warning("chambers are not watched, their workers' reports must do: %s", why)
        self._stop_watches()
        self._plan = replace(self._plan, watched=frozenset(), paths=frozenset())
        self._news.changed |= {room.id for room in self._plan.rooms}
        if ended:
            self._news.plan = True
            self._wake_in(_AGAIN)
        else:
            self._woken.set()

    def _stop_watches(self, watches: Sequence[Watch] | None = None) -> None:
        """Stop some watches, or all."""
        for watch in list(self._watches) if watches is None else watches:
            watch.stop()
            self._watches.remove(watch)

    def _told(self, act: Callable[[], None]) -> Callable[[], None]:
        """Return a call for another thread that lets the loop act, if there still is one."""

        def tell() -> None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(act)

        return tell

    async def _look(self, news: _News) -> None:
        plan = self._plan
        rooms = {room.id for room in plan.rooms}
        files = {
            room: matter
            for room, paths in news.files.items()
            if room in rooms and (matter := self._ignored[room].matters(paths))
        }
        changed = rooms & (news.changed | files.keys())
        if not (changed or news.look):
            return
        look = Look({}, frozenset())
        if rooms:
            if self._radar is None:
                self._radar = Radar(await self._by_hand(open_repository, self._project.root))
            look = await self._by_hand(self._radar.look, plan.rooms, changed)
        await self._record(look)
        for room in look.unmoved & files.keys():
            if await self._by_hand(self._ignored[room].learn, files[room]):
                self._news.recount = True
                self._woken.set()

    async def _record(self, look: Look) -> None:
        """Write what is other than known; nothing when all is as it was."""
        at = self._clock()
        known = self._state.collisions
        sides = {side for one in known.values() for side in one.between}
        gone = gone_from(self._state, sides)
        found = sighted(known, look.verdicts, gone, at)
        if not found:
            return

        async def decide(reads: Reads) -> Change:
            read = {key: await reads.collision(key) for key in found}
            fresh = {key: one for key, one in read.items() if one is not None}
            again = sighted({**known, **fresh}, look.verdicts, gone, at)
            return recorded(fresh, [again[key] for key in found if key in again], at)

        await self._store.transact(decide)

    async def _by_hand(self, act: Callable[..., Result], *args: object) -> Result:
        return await self._loop.run_in_executor(self._hands, lambda: act(*args))

    async def _close(self) -> None:
        self._stop_watches()
        if self._alarm is not None:
            self._alarm.cancel()
        if self._radar is not None:
            await self._by_hand(self._radar.close)
        self._hands.shutdown(wait=False)
