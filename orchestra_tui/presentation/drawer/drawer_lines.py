"""The lines in the drawer of events: one for each thing that a person would tell another.

Events that only create, reserve or make a single step are left out. A worker's failure, end and
silence are not events of the history; their lines are made from its state.
"""

from collections.abc import Iterable

from orchestra_core.events import Event, Kind
from orchestra_core.models import Chamber
from orchestra_core.wording.ages import time_of_day
from orchestra_core.wording.states import GROUP_SYMBOLS
from orchestra_core.worker_state import WorkerLimits, WorkerState
from orchestra_tui.presentation.drawer.event_lines import EventText, feed_line
from orchestra_tui.presentation.indexed_state import IndexedState
from orchestra_tui.presentation.rows.cells import Cell, Line
from orchestra_tui.presentation.text_fit import plain

_UNTOLD: frozenset[Kind] = frozenset(
    {
        "task.completing",
        "task.landing",
        "task.moved",
        "task.claimed",
        "task.archived",
        "task.recalled",
        "chamber.reserved",
        "chamber.created",
        "chamber.closing",
        "chamber.moved",
        "chamber.claimed",
        "chamber.work-changed",
        "chamber.judged",
        "chamber.usage-counted",
        "gate.passed",
        "chamber.published",
        "interrupt.posted",
        "interrupt.delivered",
        "collision.changed",
        "clone.renamed",
        "clone.remotes-changed",
    }
)
_DatedLine = tuple[int, Line]


def is_told(event: Event) -> bool:
    """Tell whether an event gets a line."""
    if event.kind in _UNTOLD:
        return False
    match event.kind:
        case "chamber.handed-over":
            return bool(event.data.chamber and event.data.chamber.handover_fault)
        case "discovery.shared":
            return not (event.data.discovery and event.data.discovery.pattern)
        case _:
            return True


class DrawerLines:
    """Makes the lines, oldest first; remembers what was last said about each worker."""

    def __init__(self, state: IndexedState) -> None:
        self._state = state
        self._told: dict[str, tuple[int, bool]] = {}  # since when; could it not go on

    def of_snapshot(self, events: Iterable[Event]) -> list[Line]:
        """Start again: return the lines for the latest events and all workers' states."""
        self._told.clear()
        return self._lines(events, sorted(self._state.standing_chambers))

    def of_changes(self, events: Iterable[Event], changed_workers: Iterable[str]) -> list[Line]:
        """Return the lines for new events, and for workers whose state changed."""
        return self._lines(events, changed_workers)

    def _lines(self, events: Iterable[Event], chamber_keys: Iterable[str]) -> list[Line]:
        dated = [(event.at, feed_line(event)) for event in events if is_told(event)]
        worker_lines = [line for key in chamber_keys for line in self._worker_lines(key)]
        if worker_lines:
            dated = sorted((*dated, *worker_lines), key=lambda each: each[0])
        return [line for _, line in dated]

    def _worker_lines(self, key: str) -> list[_DatedLine]:
        chamber = self._state.chambers.get(key)
        if chamber is None or not chamber.is_live:
            return []
        worker = self._state.worker_of(chamber)
        told_at, was_held_up = self._told.get(key, (0, False))
        at = began_at(worker, self._state.limits)
        said = self._said_of(chamber, worker, was_held_up=was_held_up)
        if said is None or at <= told_at:
            return []
        self._told[key] = at, worker.group == "stuck" or worker.cause == "failed"
        name = Cell(plain(chamber.name), "accent")
        return [(at, (Cell(time_of_day(at), "muted"), name, Cell(plain(said.text), said.tone)))]

    def _said_of(
        self, chamber: Chamber, worker: WorkerState, *, was_held_up: bool
    ) -> EventText | None:
        """Return the words for a worker's state; None if there is nothing to say."""
        match worker.group:
            case "needs-you":
                # Its request is an event of the history.
                return None if self._state.requests_of(chamber.id) else _needs(worker)
            case "stuck":
                return EventText(f"stuck: {worker.reason}", "warn")
            case "working":
                return EventText("works again", "ok") if was_held_up else None
            case _:
                presence = chamber.current(self._state.presence.get(chamber.id))
                has_ended = presence is not None and presence.state != "unknown"
                return _ended(worker) if has_ended else None


def began_at(worker: WorkerState, limits: WorkerLimits) -> int:
    """Return when a worker got its state; if time alone gave it, when that time was over."""
    match worker.cause:
        case "silent":
            return worker.since + limits.silent
        case "unread":
            return worker.since + limits.unread
        case _:
            return worker.since


def _needs(worker: WorkerState) -> EventText:
    if worker.cause == "failed":
        words = "failed" if worker.reason == "failed" else f"failed: {worker.reason}"
        return EventText(f"✗ {words}", "critical")
    tone = "critical" if worker.cause == "critical" else "warn"
    return EventText(f"{GROUP_SYMBOLS['needs-you']} {worker.reason}", tone)


def _ended(worker: WorkerState) -> EventText:
    if worker.cause:
        return EventText(worker.reason, "warn")
    what = "ended, ready" if worker.group == "ready" else "ended"
    return EventText(f"{what}: {worker.reason}", "ok" if worker.group == "ready" else "plain")
