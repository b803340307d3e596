"""Chambers as rows of a table."""

from orchestra_core.clock import Clock, now_ms
from orchestra_core.models import Chamber
from orchestra_core.wording.ages import age, due, earliest, elapsed
from orchestra_core.wording.gates import verdict_words
from orchestra_core.wording.requests import asked_in_short
from orchestra_core.wording.states import GROUP_WORDS, worker_text, worker_word
from orchestra_core.worker_state import WorkerState
from orchestra_tui.presentation.details.conflict_lines import conflict_badge, conflict_text
from orchestra_tui.presentation.indexed_state import Diff, IndexedState
from orchestra_tui.presentation.rows.cells import Cell, Column, Row
from orchestra_tui.presentation.rows.mail_cell import ENVELOPE, mail_cell, unread_cell
from orchestra_tui.presentation.rows.symbols import (
    HEALTH,
    SUSPENDED,
    UNPROVEN,
    worker_cell,
    worker_tone,
)
from orchestra_tui.presentation.text_fit import plain

_ANSWERS = Cell("enter answers", "accent")
_FULL_MAIL = 92  # cells; a narrower table counts the unread and no more
CHAMBER_COLUMNS = (
    Column(title="", width=1, gap=1),
    Column(title="chamber", width=10, flex=1),
    Column(title="worker", width=12, flex=4),
    Column(title=ENVELOPE, width=2, until=_FULL_MAIL),
    Column(title="mail", width=16, since=_FULL_MAIL),
    Column(title="changes", width=13, since=74, align="right"),
    Column(title="for", width=5, align="right"),
)


def chamber_row(chamber: Chamber, state: IndexedState, now: int) -> Row:
    """Return a chamber's row: state, name, why its worker is in it, mail, changes, since when."""
    worker = state.worker_of(chamber)
    letters = state.mail_of(chamber.id)
    mail, mail_due = mail_cell(letters, now, state.unread_limit)
    badges, badges_due = badges_of(chamber, state, now)
    cells = (
        worker_cell(worker),
        Cell(plain(chamber.name), "muted" if chamber.is_over else "plain"),
        doing_cell(chamber, worker, state, badges),
        unread_cell(letters, now, state.unread_limit),
        mail,
        diff_cell(state.diffs.get(chamber.id)),
        Cell(_lasting(chamber, worker, now), "muted"),
    )
    own_due = 0 if chamber.is_over else due(worker.since, now)
    return Row(chamber.id, cells, earliest(own_due, mail_due, badges_due))


def doing_cell(
    chamber: Chamber, worker: WorkerState, state: IndexedState, badges: tuple[Cell, ...] = ()
) -> Cell:
    """Return why a worker is in its state; of one that is ready whether its work can land."""
    if worker.group != "ready":
        return Cell(plain(worker_text(worker)), worker_tone(worker), badges)
    holds = state.landing.holds_of(chamber.id)
    if holds:
        return Cell(plain(f"held: {', '.join(holds)}"), "warn", badges)
    said = f": {worker.reason}" if worker.reason else ""
    proven = f"{verdict_words(chamber.verdict)}, " if chamber.verdict else ""
    return Cell(plain(f"{proven}can land{said}"), worker_tone(worker), badges)


def _lasting(chamber: Chamber, worker: WorkerState, now: int) -> str:
    """Return for how long its worker is in its state, or how long an ended chamber lasted."""
    if chamber.is_over:
        return elapsed(chamber.created_at, chamber.ended_at, now)
    return age(worker.since, now)


def badges_of(chamber: Chamber, state: IndexedState, now: int) -> tuple[tuple[Cell, ...], int]:
    """Return what else is to be said of a standing chamber, and when that changes."""
    if not chamber.is_standing:
        return (), 0
    badges = [_ANSWERS] if state.requests_of(chamber.id) else list[Cell]()
    moment = 0
    conflicts = conflict_badge(state.conflicts_of(chamber.id), chamber.id)
    if conflicts:
        badges.append(Cell(conflicts, "warn"))
    if chamber.work == "uncommitted" and state.worker_of(chamber).group == "ready":
        badges.append(Cell("uncommitted", "warn"))
    if chamber.setup_fault:
        badges.append(Cell("setup failed", "warn"))
    ailments = health_text(chamber)
    if ailments:
        badges.append(Cell(ailments, HEALTH.tone))
    if chamber.is_live and not chamber.is_proven_ready(state.presence.get(chamber.id)):
        badges.append(UNPROVEN)
    if chamber.suspended_at:
        badges.append(SUSPENDED)
    place = state.place_elsewhere(chamber, now)
    if place is not None:
        where = plain(place.name if place.served else f"{place.name}, {place.heard}")
        badges.append(Cell(f"at {where}", "muted" if place.served else "warn"))
        moment = due(place.heard_at, now)
    return tuple(badges), moment


def health_text(chamber: Chamber) -> str:
    """Return what is wrong with a live chamber in two words each, `✚ hook gone, detached`."""
    if not chamber.is_live or not chamber.health:
        return ""
    names = ", ".join(plain(problem.partition(":")[0]) for problem in chamber.health)
    return f"{HEALTH.text} {names}"


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

    def heading(self, key: str) -> str:
        """Return the name of the group that a chamber's worker is in."""
        worker = self._state.worker_of(self._state.chambers[key])
        if worker.group == "ready":
            return "HELD" if self._state.landing.holds_of(key) else "CAN LAND"
        return GROUP_WORDS[worker.group].upper()

    def words(self, key: str) -> str:
        """Return what a filter looks in: name, state, branch, worker, health and conflicts."""
        chamber = self._state.chambers[key]
        worker = self._state.worker_of(chamber)
        conflicts = conflict_text(self._state.conflicts_of(key), key)
        asked = map(asked_in_short, self._state.requests_of(key))
        said = (worker_word(worker), worker.reason, *asked, health_text(chamber), conflicts)
        return " ".join((chamber.name, chamber.state, chamber.branch, *said)).casefold()
