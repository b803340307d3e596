"""Takes in what workers write into `.DISCOVERY` as their discoveries.

Each report of a worker causes a look into its chamber, because a tool wrote the file.
"""

import asyncio
import logging
from dataclasses import replace
from pathlib import Path

from orchestra_core.errors import OrchestraError
from orchestra_core.models import Chamber, Presence
from orchestra_core.store.reads import Reads
from orchestra_server.domain.workers.parse_discoveries import DiscoveryFileContent, read_discoveries
from orchestra_server.files.chamber.discovery_file import (
    SIZE_LIMIT,
    ClaimedFile,
    claim_discovery_file,
    has_discovery_file,
)
from orchestra_server.files.hook.find_reader import DISCOVERY
from orchestra_server.usecases.clones.whereabouts import is_here
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.interrupts.interrupt_worker import interrupt_worker
from orchestra_server.usecases.workers.prompts import WORKER_TYPE, agent_id_of
from orchestra_server.usecases.workers.share_discovery import share_discovery

ACTOR = "orchestra"  # of the answer to a malformed file
# Seconds until a half-written file is looked at again.
_HALF_WRITTEN_S = 0.5
_log = logging.getLogger(__name__)


class DiscoveryIntake:
    """Looks into the chambers whose workers have reported; most have nothing to take in."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._due = dict[str, Chamber]()
        self._tool_ended_ms = dict[str, int]()  # by chamber: when a tool of its worker last ended
        self._woken = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def look_into(self, chamber: Chamber, presence: Presence | None = None) -> None:
        """Take in a chamber's file soon, if there is one; quick, because every report calls it."""
        if presence is not None and not presence.tool:
            self._tool_ended_ms[chamber.id] = presence.since
        if has_discovery_file(Path(chamber.path)):
            self._due[chamber.id] = chamber
            self._woken.set()

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            due, self._due = self._due, {}
            for chamber in due.values():
                try:
                    await take_in_discoveries(
                        self._context,
                        chamber,
                        written_until_ms=self._tool_ended_ms.get(chamber.id, 0),
                    )
                except (OrchestraError, OSError) as fault:
                    _log.warning("%s of %s waits: %s", DISCOVERY, chamber.id, fault)
                    continue  # until the worker's next report
                self._loop.call_later(_HALF_WRITTEN_S, self.look_into, chamber)


async def take_in_discoveries(
    context: Context, chamber: Chamber, *, is_last: bool = False, written_until_ms: int = 0
) -> None:
    """Record what is in a live chamber of this clone; `is_last` takes a half-written file, too.

    A file that was last written before `written_until_ms` counts as whole.

    What is malformed is answered by mail in one line. While the task takes no changes, the file
    stays. Raises OSError and StoreUnavailable; then it stays as well.
    """
    if not has_discovery_file(Path(chamber.path)) or not is_here(chamber, context.clone):
        return
    if not await context.store.read(lambda reads: _takes_changes(reads, chamber)):
        return
    claimed = await asyncio.to_thread(
        lambda: claim_discovery_file(
            Path(chamber.path), is_last=is_last, written_until_ms=written_until_ms
        )
    )
    if claimed is None:
        return
    content = _read(claimed)
    as_worker = replace(context, actor=chamber.name)
    for discovery in content.discoveries:
        await share_discovery(
            as_worker,
            task_id=chamber.task_id,
            agent_id=agent_id_of(WORKER_TYPE, chamber.name),
            discovery=discovery.text,
            severity=discovery.severity,
        )
    if content.complaint:
        await interrupt_worker(
            replace(context, actor=ACTOR),
            task_id=chamber.task_id,
            chamber=chamber.name,
            message=f"Your {DISCOVERY} was not taken in completely: {content.complaint}.",
        )
    await asyncio.to_thread(claimed.path.unlink, missing_ok=True)


async def _takes_changes(reads: Reads, chamber: Chamber) -> bool:
    task, current = await reads.task(chamber.task_id), await reads.chamber(chamber.id)
    return task is not None and task.is_open and current is not None and current.is_live


def _read(claimed: ClaimedFile) -> DiscoveryFileContent:
    if claimed.content is None:
        return DiscoveryFileContent((), "make it a regular file with text in it")
    if len(claimed.content) > SIZE_LIMIT:
        return DiscoveryFileContent((), f"it has more than {SIZE_LIMIT:,} bytes; write the facts")
    return read_discoveries(claimed.content)
