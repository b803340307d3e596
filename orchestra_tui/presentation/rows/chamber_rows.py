"""Chambers as rows of a table."""

from collections.abc import Sequence

from orchestra_core.clock import Clock, now_ms
from orchestra_core.models import Chamber, Presence, WorkerRequest
from orchestra_core.wording.ages import age, due, earliest, elapsed
from orchestra_core.wording.asked import asked_in_short
from orchestra_tui.presentation.details.conflict_lines import conflict_text
from orchestra_tui.presentation.indexed_state import Diff, IndexedState
from orchestra_tui.presentation.rows.cells import Cell, Column, Row
from orchestra_tui.presentation.rows.mail_cell import ENVELOPE, mail_cell, unread_cell
from orchestra_tui.presentation.rows.symbols import (
    CHAMBER,
    HEALTH,
    REQUEST,
    SUSPENDED,
    UNPROVEN,
    WORKER,
)
from orchestra_tui.presentation.text_fit import plain

_FULL_MAIL = 46  # cells; a narrower table counts the unread and no more
CHAMBER_COLUMNS = (
    Column(title="", width=1, gap=1),
    Column(title="chamber", width=10, flex=1),
    Column(title="worker", width=12, flex=2),
    Column(title=ENVELOPE, width=2, until=_FULL_MAIL),
    Column(title="mail", width=16, since=_FULL_MAIL),
    Column(title="changes", width=13, since=74, align="right"),
    Column(title="age", width=5, since=60, align="right"),
)


def chamber_row(chamber: Chamber, state: IndexedState, now: int) -> Row:
    """Return a chamber's row: state, name, what its worker does, mail, changes, age."""
    ended = chamber.ended_at
    letters = state.mail_of(chamber.id)
    mail, mail_due = mail_cell(letters, now, state.unread_limit)
    worker, worker_due = standing_cell(chamber, state, now)
    cells = (
        CHAMBER[chamber.state],
        Cell(plain(chamber.name), "muted" if ended else "plain"),
        worker,
        unread_cell(letters, now, state.unread_limit),
        mail,
        diff_cell(state.diffs.get(chamber.id)),
        Cell(elapsed(chamber.created_at, ended, now), "muted"),
    )
    own_due = 0 if ended else due(chamber.created_at, now)
    return Row(chamber.id, cells, earliest(own_due, mail_due, worker_due))


def standing_cell(chamber: Chamber, state: IndexedState, now: int) -> tuple[Cell, int]:
    """Return a chamber's conflicts, its health, what its worker does, and when that changes."""
    worker, moment = worker_cell(chamber, state, now)
    place = state.place_elsewhere(chamber, now)
    if place is not None:
        where = plain(place.name if place.served else f"{place.name}, {place.heard}")
        worker = Cell(f"at {where} · {worker.text}", worker.tone if place.served else "muted")
        moment = earliest(moment, due(place.heard_at, now))
    ailments = health_text(chamber)
    if ailments:
        worker = Cell(f"{ailments} · {worker.text}", HEALTH.tone)
    conflicts = conflict_text(state.conflicts_of(chamber.id), chamber.id)
    return (Cell(f"{conflicts} · {worker.text}", "warn") if conflicts else worker), moment


def health_text(chamber: Chamber) -> str:
    """Return what is wrong with a live chamber in two words each, `✚ hook gone, detached`."""
    if not chamber.is_live or not chamber.health:
        return ""
    names = ", ".join(plain(problem.partition(":")[0]) for problem in chamber.health)
    return f"{HEALTH.text} {names}"


def worker_cell(chamber: Chamber, state: IndexedState, now: int) -> tuple[Cell, int]:
    """Return what a chamber's worker does and since when, and the moment that text changes."""
    if not chamber.is_live:
        note = f": {plain(chamber.note)}" if chamber.note else ""
        return Cell(f"{chamber.state}{note}", CHAMBER[chamber.state].tone), 0
    presence = state.presence.get(chamber.id)
    doing, moment = presence_cell(presence, now)
    requests = state.requests_of(chamber.id)
    if requests:
        return request_cell(requests, now)
    if chamber.suspended_at:
        words = f"{SUSPENDED.text} {age(chamber.suspended_at, now)}: {doing.text}"
        return Cell(words, SUSPENDED.tone), earliest(moment, due(chamber.suspended_at, now))
    if presence is None and not chamber.is_proven_ready(presence):
        return UNPROVEN, 0
    return doing, moment


def request_cell(requests: Sequence[WorkerRequest], now: int) -> tuple[Cell, int]:
    """Return what a worker waits for and since when, the oldest of several."""
    first, *others = requests
    more = f" (and {len(others)} more)" if others else ""
    asked = plain(asked_in_short(first))
    words = f"{REQUEST.text} asks {age(first.asked_at, now)}: {asked}{more}"
    return Cell(words, REQUEST.tone), due(first.asked_at, now)


def presence_cell(presence: Presence | None, now: int) -> tuple[Cell, int]:
    """Return a worker's state since when and its tool or message, and when the text changes."""
    if presence is None:
        return WORKER["unknown"], 0
    state = WORKER[presence.state]
    since = age(presence.since, now)
    if presence.state == "working" and presence.tool:
        words = f"{plain(presence.tool)} {since} {plain(presence.detail)}".strip()
    else:
        said = plain(presence.detail if presence.state == "waiting" else presence.message)
        words = f"{state.text} {since}".strip() + (f": {said}" if said else "")
    return Cell(words, state.tone), due(presence.since, now)


def diff_cell(diff: Diff | None) -> Cell:
    """Return the size of a chamber's changes, `+120 -8 4f`; a dash while there are none."""
    if diff is None:
        return Cell("", "muted")
    if not diff.files:
        return Cell("-", "muted")
    return Cell(f"+{diff.insertions} -{diff.deletions} {diff.files}f")


class ChamberRows:
    """The rows of the chamber table, read from the state at the moment they are asked for."""

    def __init__(self, state: IndexedState, clock: Clock = now_ms) -> None:
        self._state = state
        self._clock = clock

    def row(self, key: str) -> Row:
        """Return the row of a chamber as it reads now."""
        return chamber_row(self._state.chambers[key], self._state, self._clock())

    def words(self, key: str) -> str:
        """Return what a filter looks in: name, state, branch, worker, health and conflicts."""
        chamber = self._state.chambers[key]
        presence = self._state.presence.get(key)
        doing = (presence.state, presence.tool, presence.detail) if presence else ()
        conflicts = conflict_text(self._state.conflicts_of(key), key)
        asked = map(asked_in_short, self._state.requests_of(key))
        said = (*doing, *asked, health_text(chamber), conflicts)
        return " ".join((chamber.name, chamber.state, chamber.branch, *said)).casefold()
