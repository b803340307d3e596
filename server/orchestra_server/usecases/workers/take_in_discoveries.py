"""Takes in what workers write into `.DISCOVERY`, as their discoveries.

Each report of a worker is a reason to look into its chamber, because a tool wrote the file.
"""

import asyncio
import logging
from dataclasses import replace
from pathlib import Path

from orchestra_core.errors import OrchestraError, Refused, StoreUnavailable, Unknown
from orchestra_core.models import Chamber
from orchestra_server.domain.discovery_file import DiscoveryFileContent, read_discoveries
from orchestra_server.files.chamber.discovery_file import (
    DISCOVERY,
    SIZE_LIMIT,
    ClaimedFile,
    claim_discovery_file,
    is_half_written,
)
from orchestra_server.usecases.clones.whereabouts import is_here
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.interrupts.interrupt_worker import interrupt_worker
from orchestra_server.usecases.workers.prompts import WORKER_TYPE, agent_id_of
from orchestra_server.usecases.workers.share_discovery import share_discovery

ACTOR = "orchestra"  # of the answer to a file that is not understood
# Seconds until a half-written file is looked at again.
_HALF_WRITTEN_S = 0.5
_log = logging.getLogger(__name__)


class DiscoveryIntake:
    """Looks into the chambers whose workers have reported, one after the other."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._due = asyncio.Queue[str]()
        self._loop = asyncio.get_running_loop()

    def look_into(self, chamber_id: str) -> None:
        """Have a chamber looked into soon."""
        self._due.put_nowait(chamber_id)

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            chamber_id = await self._due.get()
            try:
                if await take_in_discoveries(self._context, chamber_id):
                    self._loop.call_later(_HALF_WRITTEN_S, self.look_into, chamber_id)
            except (OrchestraError, OSError) as fault:
                _log.warning("%s of %s waits: %s", DISCOVERY, chamber_id, fault)


async def take_in_discoveries(context: Context, chamber_id: str) -> bool:
    """Record what lies in a chamber; tell whether a file there is only half written yet.

    What is malformed is answered by mail in one line. Raises OSError, StoreUnavailable; then the
    file stays.
    """
    chamber = await context.store.read(lambda reads: reads.chamber(chamber_id))
    if chamber is None or not chamber.is_live or not is_here(chamber, context.clone):
        return False
    claimed = await asyncio.to_thread(claim_discovery_file, Path(chamber.path))
    if claimed is None:
        return await asyncio.to_thread(_is_half_written, Path(chamber.path))
    content = _read(claimed)
    complaint = content.complaint
    as_worker = replace(context, actor=chamber.name)
    for discovery in content.discoveries:
        try:
            await share_discovery(
                as_worker,
                task_id=chamber.task_id,
                agent_id=agent_id_of(WORKER_TYPE, chamber.name),
                discovery=discovery.text,
                severity=discovery.severity,
            )
        except StoreUnavailable:
            raise
        except OrchestraError as fault:
            complaint = complaint or str(fault)
    if complaint:
        await _answer(context, chamber, complaint)
    await asyncio.to_thread(claimed.path.unlink, missing_ok=True)
    return False


def _read(claimed: ClaimedFile) -> DiscoveryFileContent:
    if claimed.content is None:
        return DiscoveryFileContent((), "make it a plain file with text in it")
    if len(claimed.content) > SIZE_LIMIT:
        return DiscoveryFileContent((), f"it has more than {SIZE_LIMIT:,} bytes; write the facts")
    return read_discoveries(claimed.content)


def _is_half_written(chamber: Path) -> bool:
    return (chamber / DISCOVERY).is_file() and is_half_written(chamber / DISCOVERY)


async def _answer(context: Context, chamber: Chamber, complaint: str) -> None:
    """Tell the worker in one line what in its file was not understood."""
    try:
        await interrupt_worker(
            replace(context, actor=ACTOR),
            task_id=chamber.task_id,
            chamber=chamber.name,
            message=f"Your {DISCOVERY} was not taken in whole: {complaint}.",
        )
    except (Refused, Unknown) as fault:  # the chamber closes just now
        _log.warning("%s", fault)
