"""Records, once, a request that a hook has put into the spool, and shows its worker as waiting."""

import asyncio
from pathlib import Path

from orchestra_core.models import Presence, WorkerRequest
from orchestra_core.store.reads import Reads
from orchestra_core.store.store import Store
from orchestra_core.wording.requests import asked_subject
from orchestra_server.domain.workers.requests import asked
from orchestra_server.files.requests.answer_files import end_waiting
from orchestra_server.usecases.common.transaction import NOTHING, Decision, run_transaction


async def record_request(store: Store, common_dir: Path, request: WorkerRequest) -> None:
    """Record a request unless it is already recorded; end the hook's wait if the chamber is gone.

    Raises StoreUnavailable.
    """

    async def decide(reads: Reads) -> Decision[bool]:
        if await reads.request(request.id) is not None:
            return Decision(answer=True, change=NOTHING)
        chamber = await reads.chamber(request.chamber_id)
        if chamber is None or not chamber.holds_work:
            return Decision(answer=False, change=NOTHING)
        return Decision(answer=True, change=asked(request))

    if not await run_transaction(store, decide):
        await asyncio.to_thread(end_waiting, common_dir, request.id)
        return
    await show_asked(store, request)


async def show_asked(store: Store, request: WorkerRequest) -> None:
    """Show the worker as waiting for an answer."""
    await store.report_presence(
        Presence(
            chamber_id=request.chamber_id,
            state="waiting",
            tool=request.tool,
            detail=asked_subject(request)[:200],
            asks=request.kind,
            since=request.asked_at,
            agent_id=request.agent_id,
        )
    )
