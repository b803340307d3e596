"""Holds workers between turns once a limit is used up, until somebody lets them go on.

Each limit is asked about once, by the first worker it holds in any clone; the answer applies to all
of them.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from orchestra_core.change import Change
from orchestra_core.clock import Clock, local_day
from orchestra_core.models import OPERATOR, Presence, WorkerRequest
from orchestra_core.store.store import Store
from orchestra_core.workers.started_worker import StartedWorker
from orchestra_server.domain.workers import started_workers as rules
from orchestra_server.domain.workers.requests import ENDED_NOTE
from orchestra_server.domain.workers.spend_limits import Budget, LimitKey, SpendLimits
from orchestra_server.usecases.requests.withdraw_requests import withdraw_requests
from orchestra_server.usecases.started_workers.record_worker import record_worker, until_stored
from orchestra_server.usecases.started_workers.session.limit_question import (
    ask_about_limit,
    tell_of_limit,
    widen_limit,
)
from orchestra_server.usecases.started_workers.spend_budgets import (
    read_budgets,
    read_spend_limits,
)

RAISED_NOTE = "the limit is no longer used up"
_ACTOR = "orchestra"
_LOOK_SECONDS = 2.0  # seconds until a raised limit lets held workers go on


@dataclass(slots=True)
class _Held:
    """The workers that one limit holds, by id, and the request about it."""

    budget: Budget
    workers: dict[str, StartedWorker] = field(default_factory=dict[str, StartedWorker])
    request: WorkerRequest | None = None
    released: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def asker(self) -> StartedWorker | None:
        """The worker that asks; None if nobody does, or if it is another clone's."""
        return self.workers.get(self.request.chamber_id) if self.request else None


class SpendGuard:
    """Checks the limits before and after each turn of a clone's workers."""

    def __init__(self, store: Store, common_dir: Path, clock: Clock) -> None:
        self._store, self._common_dir, self._clock = store, common_dir, clock
        self._held = dict[LimitKey, _Held]()
        self._denied = dict[LimitKey, int]()  # when; earlier workers end at this limit
        self._watch: asyncio.Task[None] | None = None
        self._lock = asyncio.Lock()  # one worker at a time is held, released or forgotten

    async def look(self, worker: StartedWorker) -> None:
        """Hold a worker if a limit is used up, and announce one that soon will be."""
        async with self._lock:
            for budget in await self._budgets(worker):
                if budget.is_used_up:
                    await self._hold(worker, budget)
                    return
                if budget.is_near:
                    await tell_of_limit(self._store, worker, budget, self._clock())

    async def may_go_on(self, worker: StartedWorker) -> None:
        """Wait until no limit holds a worker."""
        while held := self._held_with(worker):
            await held.released.wait()
            await self.look(worker)  # another limit may be used up, too

    def asks(self, request: WorkerRequest) -> bool:
        """Tell whether this request asks about a limit."""
        return self._asked_by(request) is not None

    async def take_answer(self, request: WorkerRequest) -> None:
        """Let the workers that the limit holds go on, or end them."""
        async with self._lock:
            key = self._asked_by(request)
            if key is None:
                return
            held = self._held[key]
            actor = request.answered_by or OPERATOR
            if request.answer == "allow":
                await self._widen(held, actor)
                await self._release(key, actor)
                return
            held.request = None
            if request.answer == "deny":
                self._denied[key] = self._clock()
                for worker in held.workers.values():
                    await self._have_end(worker, actor)

    async def forget(self, worker: StartedWorker) -> None:
        """Forget an ended worker; another held one asks in its place."""
        async with self._lock:
            for key, held in [*self._held.items()]:
                if worker.id not in held.workers:
                    continue
                if held.request and held.request.chamber_id == worker.id:
                    await self._withdraw(held.request, ENDED_NOTE)
                    held.request = None
                del held.workers[worker.id]
                if not held.workers:
                    del self._held[key]
                else:
                    await self._ask(key)

    async def close(self) -> None:
        """Stop looking; the next daemon asks again."""
        if self._watch is not None:
            self._watch.cancel()
            with suppress(asyncio.CancelledError):
                await self._watch

    async def _budgets(self, worker: StartedWorker) -> list[Budget]:
        limits = await asyncio.to_thread(read_spend_limits)
        if limits == SpendLimits():
            return []
        day = local_day(self._clock())

        async def read() -> list[Budget]:
            return await self._store.read(
                lambda reads: read_budgets(reads, worker.task_id, day, limits)
            )

        return await until_stored(read)

    async def _hold(self, worker: StartedWorker, budget: Budget) -> None:
        key = budget.key
        held = self._held.setdefault(key, _Held(budget))
        held.budget = budget
        held.workers[worker.id] = worker  # again, if an agent has begun a turn by itself
        if worker.asked_at < self._denied.get(key, 0):
            await self._have_end(worker, OPERATOR)
            return
        words, at = budget.words(), self._clock()
        await self._record(worker, lambda now: rules.paused(now, why=words, at=at))
        await self._ask(key)
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._watch_limits())

    async def _ask(self, key: LimitKey) -> None:
        """Ask about a limit, unless it was already asked, or denied to those it holds."""
        held = self._held[key]
        denied_at = self._denied.get(key, 0)
        asker = next((each for each in held.workers.values() if each.asked_at >= denied_at), None)
        if held.request is not None or asker is None:
            return
        request = await ask_about_limit(self._store, asker, held.budget, self._clock())
        if request is None or request.is_open:
            held.request = request
            return
        self._denied[key] = request.ended_at  # for another clone's workers
        for worker in held.workers.values():
            await self._have_end(worker, request.answered_by or OPERATOR)

    async def _widen(self, held: _Held, actor: str) -> None:
        """Record, with one of its workers, how far a limit was raised."""
        first = next(iter(held.workers.values()))
        # Others may have ended a turn since the question.
        budget = await self._budget(first, held.budget.key)
        if budget is None or not budget.is_used_up:
            return  # another clone has recorded it
        await widen_limit(self._store, first, budget, at=self._clock(), actor=actor)

    async def _release(self, key: LimitKey, actor: str) -> None:
        held, at = self._held.pop(key), self._clock()
        for worker in held.workers.values():
            await self._record(worker, lambda now: rules.continued(now, at=at, actor=actor))
        if asker := held.asker:
            words = asker.last_words
            idle = Presence(chamber_id=asker.id, state="idle", since=at, message=words)
            await until_stored(lambda: self._store.report_presence(idle))
        held.released.set()

    async def _watch_limits(self) -> None:
        """Release workers whose limit was raised or whose day is over."""
        while self._held:
            await asyncio.sleep(_LOOK_SECONDS)
            async with self._lock:
                for key, held in [*self._held.items()]:
                    if await self._is_used_up(key):
                        await self._ask(key)
                        continue
                    if held.request and held.asker:
                        await self._withdraw(held.request, RAISED_NOTE)
                    await self._release(key, _ACTOR)

    async def _is_used_up(self, key: LimitKey) -> bool:
        worker = next(iter(self._held[key].workers.values()))
        budget = await self._budget(worker, key)
        return budget is not None and budget.is_used_up

    async def _budget(self, worker: StartedWorker, key: LimitKey) -> Budget | None:
        budgets = await self._budgets(worker)
        return next((each for each in budgets if each.key == key), None)

    async def _have_end(self, worker: StartedWorker, actor: str) -> None:
        at = self._clock()
        await self._record(worker, lambda now: rules.stop_asked(now, at=at, actor=actor)[1])

    async def _record(
        self, worker: StartedWorker, change: Callable[[StartedWorker], Change]
    ) -> None:
        await until_stored(lambda: record_worker(self._store, worker, change))

    async def _withdraw(self, request: WorkerRequest, note: str) -> None:
        ids = [request.id]

        async def withdraw() -> None:
            await withdraw_requests(self._store, self._common_dir, ids, note, self._clock)

        await until_stored(withdraw)

    def _held_with(self, worker: StartedWorker) -> _Held | None:
        """Return the workers that a limit holds together with this one; None if none holds it."""
        return next((held for held in self._held.values() if worker.id in held.workers), None)

    def _asked_by(self, request: WorkerRequest) -> LimitKey | None:
        for key, held in self._held.items():
            if held.request is not None and held.request.id == request.id:
                return key
        return None
