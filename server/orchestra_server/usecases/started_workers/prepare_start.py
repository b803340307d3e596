"""Prepares a chamber before an agent starts there: its setup, and the verdict on its base."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from orchestra_core.change import Change
from orchestra_core.errors import OrchestraError
from orchestra_core.models import Chamber, Presence
from orchestra_core.store.reads import Reads
from orchestra_server.domain.chambers.chamber_lifecycle import prepared
from orchestra_server.git.repository.repository import open_repository
from orchestra_server.usecases.common.transaction import NOTHING, Context
from orchestra_server.usecases.concurrency.run_watched import run_watched, watch_for
from orchestra_server.usecases.gates.judge_base import judge_base
from orchestra_server.usecases.gates.prepare_chambers import is_setup_due, set_up_chambers

_BASE_SECONDS = 300.0
_ACTOR = "orchestra"
_log = logging.getLogger(__name__)
PrepareStart = Callable[[Chamber], Awaitable[None]]


async def nothing_to_prepare(_chamber: Chamber) -> None:
    """Prepare nothing: workers start in their chambers as these are."""


class StartPreparer:
    """Runs what is due in a chamber; the worker's presence says what it waits for."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def prepare(self, chamber: Chamber) -> None:
        """Return once the setup has run and the gates have judged what the worker begins with.

        It waits at most five minutes for a gate, and not at all if there is already work. Failures
        are recorded or logged, and the worker starts anyway: it may be the one to repair them. If
        cancelled, it ends the running command before it returns.
        """
        told = asyncio.Queue[str]()
        showing = asyncio.create_task(self._show(chamber.id, told))
        try:
            await run_watched(self._prepare(chamber), watch_for(told.put_nowait))
        except (OrchestraError, OSError) as fault:
            _log.warning("%s is not prepared: %s", chamber.id, fault)
        except Exception:  # noqa: BLE001 - the worker starts all the same
            _log.exception("%s is not prepared", chamber.id)
        finally:
            showing.cancel()
            await asyncio.gather(showing, return_exceptions=True)

    async def _prepare(self, chamber: Chamber) -> None:
        context = self._context
        repo = await asyncio.to_thread(open_repository, context.project.main_checkout)
        if await asyncio.to_thread(is_setup_due, context, repo, chamber):
            await self._record(await asyncio.to_thread(set_up_chambers, context, repo, [chamber]))
        if chamber.base_commit and chamber.work not in ("uncommitted", "committed"):
            await judge_base(context, repo, chamber.base_commit, _BASE_SECONDS)

    async def _record(self, chambers: Sequence[Chamber]) -> None:
        async def decide(reads: Reads) -> Change:
            read = [(await reads.chamber(chamber.id), chamber) for chamber in chambers]
            at = self._context.clock()
            events = (
                prepared(stored, done.setup_of, done.setup_fault, at=at, actor=_ACTOR)
                for stored, done in read
                if stored is not None and stored.is_live
            )
            change = Change(events=tuple(events))
            return change if change.events else NOTHING

        await self._context.store.transact(decide)

    async def _show(self, chamber_id: str, told: asyncio.Queue[str]) -> None:
        while True:
            waits_for, since = await told.get(), self._context.clock()
            await self._context.store.report_presence(
                Presence(chamber_id=chamber_id, state="starting", detail=waits_for, since=since)
            )
