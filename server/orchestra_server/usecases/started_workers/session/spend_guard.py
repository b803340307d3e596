"""Holds a worker between two turns when a limit is used up, until somebody lets it go on."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

import msgspec

from orchestra_core.change import Change
from orchestra_core.clock import Clock
from orchestra_core.models import WorkerRequest
from orchestra_core.store.store import Store
from orchestra_core.workers.started_worker import StartedWorker
from orchestra_server.domain.workers import started_workers as rules
from orchestra_server.domain.workers.requests import ENDED_NOTE
from orchestra_server.domain.workers.spend_limits import Budget, budgets_of
from orchestra_server.usecases.requests.record_request import record_request
from orchestra_server.usecases.requests.withdraw_requests import withdraw_requests
from orchestra_server.usecases.started_workers.account import read_spend_limits, today
from orchestra_server.usecases.started_workers.record_worker import until_stored

CONTINUE = "Continue"  # in the place of a tool's name
_ID_BYTES = 5
_ANSWERS = "Allow lets this worker go on until a fifth more is used; deny ends it."
Record = Callable[[Callable[[StartedWorker, int], Change]], Awaitable[StartedWorker]]


class SpendGuard:
    """Looks at the limits after each turn of one worker; `may_go_on` is set while none holds it."""

    def __init__(
        self,
        store: Store,
        common_dir: Path,
        clock: Clock,
        workers: Callable[[], Iterable[StartedWorker]],
    ) -> None:
        self._store, self._common_dir, self._clock = store, common_dir, clock
        self._workers = workers
        self._allowed = dict[str, float]()  # by the subject of a limit
        self._told = set[str]()
        self._asked: tuple[str, Budget] | None = None  # the request's id, and what it is about
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()

    def asks(self, request: WorkerRequest) -> bool:
        """Tell whether this is the request by which a worker is held."""
        return self._asked is not None and self._asked[0] == request.id

    async def look(self, worker: StartedWorker, record: Record) -> None:
        """Hold the worker if a limit is used up, and tell of one that soon will be."""
        limits = await asyncio.to_thread(read_spend_limits)
        # What is followed may be a moment behind this worker's own last turn.
        others = [fellow for fellow in self._workers() if fellow.id != worker.id]
        for budget in budgets_of(limits, [*others, worker], worker.task_id, today()):
            allowed = self._allowed.get(budget.subject, 0.0)
            subject = budget._replace(allowed=allowed)
            if subject.is_used_up:
                await self._hold(worker, subject, record)
                return
            if subject.is_near and subject.subject not in self._told:
                self._told.add(subject.subject)
                words = subject.words()
                await record(lambda now, at: rules.limit_neared(now, words=words, at=at))  # noqa: B023 - called at once

    async def answered(self, request: WorkerRequest, record: Record) -> bool:
        """Let the worker go on if that was allowed; tell whether it was."""
        if self._asked is None or request.answer != "allow":
            return False
        _, budget = self._asked
        self._asked = None
        self._allowed[budget.subject] = budget.next_allowed
        actor = request.answered_by
        await record(lambda now, at: rules.continued(now, at=at, actor=actor))
        self.may_go_on.set()
        return True

    async def withdraw(self) -> None:
        """Withdraw what is asked: the worker has ended."""
        if self._asked is not None:
            ids = [self._asked[0]]
            await withdraw_requests(self._store, self._common_dir, ids, ENDED_NOTE, self._clock)

    async def _hold(self, worker: StartedWorker, budget: Budget, record: Record) -> None:
        self.may_go_on.clear()
        words = budget.words()
        await record(lambda now, at: rules.paused(now, why=words, at=at))
        if self._asked is not None:  # the agent began a turn by itself; the question stays open
            return
        request = WorkerRequest(
            id=f"r-{secrets.token_hex(_ID_BYTES)}",
            task_id=worker.task_id,
            chamber=worker.chamber,
            start=worker.asked_at,
            tool=CONTINUE,
            tool_input=msgspec.json.encode({"description": f"{words}. {_ANSWERS}"}).decode(),
            asked_at=self._clock(),
        )
        self._asked = (request.id, budget)
        await until_stored(lambda: record_request(self._store, self._common_dir, request))
