"""Workers' reports, merged one after the other in memory, and recorded many at a time."""

from orchestra_core.models import Presence
from orchestra_core.store.store import Store
from orchestra_server.usecases.delivery.merge_reports import merge_report


class ReportBatch:
    """Keeps what the store has for each worker, and what is still to be recorded."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._present: dict[str, Presence | None] = {}
        self._untold: dict[str, list[Presence]] = {}

    async def add(self, report: Presence) -> None:
        """Merge a report with the previous one; raises StoreUnavailable."""
        worker = report.chamber_id
        if worker not in self._present:
            self._present[worker] = await self._store.presence(worker)
        before = self._present[worker]
        presence = merge_report(before, report)
        if presence is before:
            return
        self._untold.setdefault(worker, []).append(presence)
        if before is None or before.since <= presence.since:
            self._present[worker] = presence

    async def record(self) -> None:
        """Record the reports in the store; raises StoreUnavailable."""
        while self._untold:
            worker = next(iter(self._untold))
            await self._store.report_presences(worker, self._untold[worker])
            del self._untold[worker]

    def forget(self, worker: str) -> None:
        """Forget a worker's presence, to read it again: somebody else has changed it."""
        self._present.pop(worker, None)
