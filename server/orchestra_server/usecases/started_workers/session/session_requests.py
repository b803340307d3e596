"""The permissions and questions of a started worker, as requests like those of hooks."""

import secrets
from pathlib import Path

from orchestra_core.clock import Clock
from orchestra_core.models import Chamber, WorkerRequest
from orchestra_core.store.store import Store
from orchestra_core.text import one_line
from orchestra_core.workers.started_worker import StartedWorker
from orchestra_server.agents.agent_driver import Allow, Answer, Choose, Deny, Session
from orchestra_server.agents.reports import Asked
from orchestra_server.domain.workers.requests import ENDED_NOTE, GONE_NOTE
from orchestra_server.files.requests.request_files import encoded_input
from orchestra_server.usecases.requests.record_request import record_request
from orchestra_server.usecases.requests.withdraw_requests import withdraw_requests

_ID_BYTES = 5


class SessionRequests:
    """The requests of one session: recorded, answered once, or withdrawn."""

    def __init__(self, store: Store, common_dir: Path, clock: Clock) -> None:
        self._store = store
        self._common_dir = common_dir
        self._clock = clock
        self._asks = dict[str, str]()  # the session's own id of a request, by the request's id

    async def record(
        self, asked: Asked, chamber: Chamber, worker: StartedWorker, like: str
    ) -> WorkerRequest:
        """Record what the agent asks, and show its worker as waiting."""
        request = WorkerRequest(
            id=f"r-{secrets.token_hex(_ID_BYTES)}",
            task_id=chamber.task_id,
            chamber=chamber.name,
            agent_id=one_line(asked.subagent, 200),
            session_id=one_line(worker.conversation, 200),
            start=worker.asked_at,
            kind=asked.kind,
            tool=one_line(asked.tool, 80),
            tool_input=encoded_input(dict(asked.arguments)),
            like=like,
            asked_at=self._clock(),
        )
        self._asks[request.id] = asked.ask_id
        await record_request(self._store, self._common_dir, request)
        return request

    async def pass_on(self, session: Session, request: WorkerRequest) -> None:
        """Give the session the answer to an ended request, unless it already had it."""
        ask_id = self._asks.pop(request.id, None)
        answer = answer_of(request)
        if ask_id is not None and answer is not None:
            await session.answer(ask_id, answer)

    async def withdraw(self, ask_id: str) -> None:
        """Withdraw a request that the agent no longer makes."""
        await self._withdraw([key for key, asked in self._asks.items() if asked == ask_id])

    async def withdraw_all(self) -> None:
        """Withdraw everything: the turn or the session has ended."""
        await self._withdraw([*self._asks], ENDED_NOTE)

    async def _withdraw(self, ids: list[str], note: str = GONE_NOTE) -> None:
        for request_id in ids:
            self._asks.pop(request_id, None)
        if ids:
            await withdraw_requests(self._store, self._common_dir, ids, note, self._clock)


def answer_of(request: WorkerRequest) -> Answer | None:
    """Return the answer in the form for the session; None for a request without one."""
    match request.answer:
        case "allow" | "allow-like":
            return Allow()
        case "deny":
            by = one_line(request.answered_by, 200) or "somebody"
            return Deny(f"Denied by {by}{f': {request.words}' if request.words else '.'}")
        case "choose":
            return Choose(request.choices)
        case None:
            return None
