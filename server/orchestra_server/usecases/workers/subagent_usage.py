"""Counts, from their conversations, what a conductor's subagents have used in their chambers."""

import asyncio
import logging
from pathlib import Path

from msgspec.structs import replace

from orchestra_core.change import Change
from orchestra_core.clock import local_day
from orchestra_core.errors import OrchestraError
from orchestra_core.events import Event, EventData
from orchestra_core.models import Presence
from orchestra_core.store.reads import Reads
from orchestra_core.workers.started_worker import Spent
from orchestra_server.files.clients.transcript_usage import spent_in_transcript
from orchestra_server.usecases.common.transaction import (
    NOTHING,
    Context,
    Decision,
    run_transaction,
)

_WRITTEN_SECONDS = 1.0  # seconds until the client has written what its hook reported
_log = logging.getLogger(__name__)


class SubagentUsage:
    """Counts each subagent once it has ended; one that continues later is counted again in full."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._ended = asyncio.Queue[tuple[float, Presence]]()  # with when its file is written

    def note(self, presence: Presence | None) -> None:
        """Queue an ended subagent to be counted; quick, because it is called for every report."""
        if presence is not None and presence.is_over and presence.agent_id and presence.transcript:
            written_at = asyncio.get_running_loop().time() + _WRITTEN_SECONDS
            self._ended.put_nowait((written_at, presence))

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            written_at, presence = await self._ended.get()
            await asyncio.sleep(written_at - asyncio.get_running_loop().time())
            try:
                spent = await asyncio.to_thread(spent_in_transcript, Path(presence.transcript))
                await count_subagent(self._context, presence, spent)
            except (OrchestraError, OSError) as fault:
                _log.warning("what a subagent in %s used: %s", presence.chamber_id, fault)


async def count_subagent(context: Context, presence: Presence, spent: Spent) -> None:
    """Record everything a subagent has used; the day gets the new part. Raises StoreUnavailable."""
    if not spent.tokens:
        return
    day_id, at = local_day(context.clock()), context.clock()

    async def decide(reads: Reads) -> Decision[None]:
        chamber = await reads.chamber(presence.chamber_id)
        if chamber is None:
            return Decision(None, NOTHING)
        before = chamber.subagents_spent.get(presence.agent_id, Spent())
        if before == spent:
            return Decision(None, NOTHING)
        day = await reads.day(day_id)
        counted = {**chamber.subagents_spent, presence.agent_id: spent}
        event = Event(
            at=at,
            kind="chamber.usage-counted",
            actor=chamber.name,
            task_id=chamber.task_id,
            chamber=chamber.name,
            data=EventData(
                chamber=replace(chamber, subagents_spent=counted),
                day=replace(day, spent=day.spent.plus(spent.minus(before))),
            ),
        )
        return Decision(None, Change(events=(event,)))

    await run_transaction(context.store, decide)
