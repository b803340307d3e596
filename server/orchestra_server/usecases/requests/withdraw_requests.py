"""Withdraws requests that nobody needs to answer any more, and ends the waiting hooks."""

import asyncio
from collections.abc import Collection
from pathlib import Path

from orchestra_core.change import Change
from orchestra_core.clock import Clock
from orchestra_core.models import WorkerRequest
from orchestra_core.store.reads import Reads
from orchestra_core.store.store import Store
from orchestra_server.domain.workers.requests import withdrawn
from orchestra_server.files.requests.answer_files import post_answer, waiting_ids
from orchestra_server.files.requests.client_calls import ClientCall, read_client_call
from orchestra_server.usecases.common.transaction import Decision, run_transaction

ACTOR = "orchestra"


async def withdraw_requests(
    store: Store, common_dir: Path, ids: Collection[str], note: str, clock: Clock
) -> list[WorkerRequest]:
    """Withdraw the open ones among these requests, and return them; raises StoreUnavailable."""

    async def decide(reads: Reads) -> Decision[list[WorkerRequest]]:
        requests = [request for key in ids if (request := await reads.request(key)) is not None]
        events = withdrawn(requests, note=note, at=clock(), actor=ACTOR)
        ended = [event.data.request for event in events if event.data.request is not None]
        return Decision(ended, Change(events=tuple(events)))

    ended = await run_transaction(store, decide) if ids else []
    for request in ended:
        await asyncio.to_thread(post_answer, common_dir, request)
    return ended


async def withdraw_by_report(
    store: Store, common_dir: Path, raw: bytes, written_ns: int, clock: Clock
) -> None:
    """Withdraw requests that a client's report shows as answered in its terminal or given up.

    While no hook waits, it costs one look into a folder. Raises StoreUnavailable.
    """
    ids = waiting_ids(common_dir)
    call = read_client_call(raw, written_ns) if ids else None
    if call is None:
        return
    requests = await store.read(lambda reads: _open(reads, ids, call))
    notes = {request.id: note for request in requests if (note := call.ends(request))}
    for note in set(notes.values()):
        ended_ids = [key for key, reason in notes.items() if reason == note]
        await withdraw_requests(store, common_dir, ended_ids, note, clock)


async def _open(reads: Reads, ids: Collection[str], call: ClientCall) -> list[WorkerRequest]:
    requests = [request for key in ids if (request := await reads.request(key)) is not None]
    return [
        request for request in requests if request.is_open and request.session_id == call.session_id
    ]
