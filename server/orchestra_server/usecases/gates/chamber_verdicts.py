"""Records the gates' verdicts on chambers, never for content that a chamber no longer holds."""

import asyncio
from collections.abc import Callable, Mapping

from orchestra_core.models import Chamber
from orchestra_server.domain.chambers.chamber_lifecycle import gates_judged
from orchestra_server.usecases.common.record_chamber_values import (
    ChamberValue,
    record_chamber_values,
)
from orchestra_server.usecases.common.transaction import Context


def _verdict(chamber: Chamber) -> str:
    return chamber.verdict


_VERDICT = ChamberValue(_verdict, gates_judged)


class ChamberVerdicts:
    """Writes verdicts into chambers' documents; `holds` returns the commit a chamber holds now."""

    def __init__(self, context: Context, holds: Callable[[str], str | None]) -> None:
        self._context = context
        self._holds = holds
        self._one_at_a_time = asyncio.Lock()

    async def record(self, verdicts: Mapping[str, str], commits: Mapping[str, str]) -> None:
        """Record the verdicts on `commits`, by chamber id, that the store does not have yet.

        A verdict is dropped if its chamber now holds another commit: there may be a newer one.
        """
        async with self._one_at_a_time:
            current = {
                chamber: verdict
                for chamber, verdict in verdicts.items()
                if self._holds(chamber) == commits.get(chamber)
            }
            store, clock = self._context.store, self._context.clock
            documents = await store.read(lambda reads: reads.read_all(Chamber, [*current]))
            chambers = {chamber.id: chamber for chamber in documents if chamber is not None}
            await record_chamber_values(store, clock, chambers, _VERDICT, current)

    async def replace(self, former: str, verdict: str) -> None:
        """Record a verdict for all chambers here that have the verdict `former`."""
        async with self._one_at_a_time:
            store, clock = self._context.store, self._context.clock
            chambers = (await store.snapshot()).chambers
            verdicts = {
                key: verdict
                for key, chamber in chambers.items()
                if chamber.verdict == former and self._holds(key)
            }
            await record_chamber_values(store, clock, chambers, _VERDICT, verdicts)
