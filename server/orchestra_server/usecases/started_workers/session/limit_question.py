"""The question about a used-up limit: one for all clones; a yes raises the limit once."""

import secrets

import msgspec
from msgspec.structs import replace

from orchestra_core.models import WorkerRequest
from orchestra_core.store.reads import Reads
from orchestra_core.store.store import Store
from orchestra_core.workers.started_worker import StartedWorker
from orchestra_server.domain.workers import started_workers as rules
from orchestra_server.domain.workers.requests import CONTINUE, asked
from orchestra_server.domain.workers.spend_limits import Budget
from orchestra_server.usecases.common.transaction import NOTHING, Decision, run_transaction
from orchestra_server.usecases.requests.record_request import show_asked
from orchestra_server.usecases.started_workers.record_worker import until_stored
from orchestra_server.usecases.started_workers.spend_budgets import read_account

_ID_BYTES = 5


async def tell_of_limit(store: Store, worker: StartedWorker, budget: Budget, at: int) -> None:
    """Tell people once that a limit is nearly used up; waits while the store is out of reach."""
    words, limit = budget.words(), budget.limit

    async def decide(reads: Reads) -> Decision[None]:
        now, account = await reads.worker(worker.id), await read_account(reads, budget)
        if now is None or account is None:
            return Decision(None, NOTHING)
        return Decision(None, rules.limit_neared(now, account, limit=limit, words=words, at=at))

    await until_stored(lambda: run_transaction(store, decide))


async def ask_about_limit(
    store: Store, asker: StartedWorker, budget: Budget, at: int
) -> WorkerRequest | None:
    """Return the open question about a limit: another clone's, or a new one.

    A question that was denied since the worker's start is returned as it is. None if the task or
    the chamber is gone. Waits while the store is out of reach.
    """
    question = _question(asker, budget, at)

    async def decide(reads: Reads) -> Decision[WorkerRequest | None]:
        account, chamber = await read_account(reads, budget), await reads.chamber(asker.id)
        if account is None or chamber is None or not chamber.holds_work:
            return Decision(None, NOTHING)
        last = await reads.request(account.limit_request) if account.limit_request else None
        if last is not None and (last.is_open or _was_denied(last, asker)):
            return Decision(last, NOTHING)
        return Decision(question, asked(question, replace(account, limit_request=question.id)))

    request = await until_stored(lambda: run_transaction(store, decide))
    if request is question:
        await until_stored(lambda: show_asked(store, question))
    return request


async def widen_limit(
    store: Store, worker: StartedWorker, budget: Budget, *, at: int, actor: str
) -> None:
    """Record that workers may go on for a while, unless another clone has recorded the same yes.

    Waits while the store is out of reach.
    """

    async def decide(reads: Reads) -> Decision[None]:
        now, account = await reads.worker(worker.id), await read_account(reads, budget)
        if now is None or account is None or account.dollars_allowed != budget.allowed:
            return Decision(None, NOTHING)
        wider = replace(account, dollars_allowed=budget.next_allowed)
        return Decision(None, rules.continued(now, wider, at=at, actor=actor))

    await until_stored(lambda: run_transaction(store, decide))


def _was_denied(question: WorkerRequest, worker: StartedWorker) -> bool:
    return question.answer == "deny" and worker.asked_at < question.ended_at


def _question(worker: StartedWorker, budget: Budget, at: int) -> WorkerRequest:
    """Return the request of one worker, which stands for all that the limit holds."""
    text = (
        f"{budget.words()}. Allow lets workers go on until ${budget.more:.2f} more are used; "
        "deny ends those that have come to the limit."
    )
    return WorkerRequest(
        id=f"r-{secrets.token_hex(_ID_BYTES)}",
        task_id=worker.task_id,
        chamber=worker.chamber,
        start=worker.asked_at,
        tool=CONTINUE,
        tool_input=msgspec.json.encode({"description": text}).decode(),
        asked_at=at,
    )
