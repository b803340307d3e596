"""Chambers as rows of a table."""

from collections.abc import Mapping

from orchestra_core.clock import Clock, now_ms
from orchestra_core.models import Chamber
from orchestra_core.wording.ages import age, due, earliest
from orchestra_core.wording.gates import BASE_RED, setup_words, verdict_words
from orchestra_core.wording.holds import chamber_word
from orchestra_core.wording.requests import asked_in_short
from orchestra_core.wording.states import GROUP_WORDS, worker_text
from orchestra_core.wording.titles import task_title
from orchestra_core.worker_state import Group, WorkerState
from orchestra_tui.presentation.details.conflict_lines import conflict_badge, conflict_text
from orchestra_tui.presentation.indexed_state import Diff, IndexedState
from orchestra_tui.presentation.rows.cells import Cell, Column, Row, Tone
from orchestra_tui.presentation.rows.mail_cell import (
    next_unread_due,
    unread_cell,
    unread_count,
)
from orchestra_tui.presentation.rows.operator_actions import act_of
from orchestra_tui.presentation.rows.symbols import (
    HEALTH,
    SUSPENDED,
    UNPROVEN,
    chamber_cell,
    worker_tone,
)
from orchestra_tui.presentation.text_fit import plain

_MIDDLE = 70  # cells; a narrower table says only for how long
_WIDE = 84  # cells; a narrower table counts unread messages, and leaves out the size of the changes
_ROOMY = 100  # cells; a narrower table leaves out which work is uncommitted
_NEVER = 1 << 30  # cells
_DOING = 3  # index of the column that says what the worker does


def chamber_columns(
    *, several_tasks: bool = False, conflicts: bool = False, unread: bool = False
) -> tuple[Column, ...]:
    """Return the columns of the chamber table; a mark has a column while any chamber has it."""
    return (
        Column(title="", width=1, gap=1),
        Column(title="chamber", width=14, flex=1),
        Column(title="task", width=8, since=_MIDDLE if several_tasks else _NEVER, flex=1),
        Column(title="worker", width=10, flex=8, overflows=True),
        Column(
            title="conflict with",
            width=13,
            flex=3,
            since=0 if conflicts else _NEVER,
            overflows=True,
        ),
        Column(title="unread by it", width=12, since=_WIDE if unread else _NEVER),
        Column(title="unread", width=7, until=_WIDE if unread else 1),
        Column(title="", width=11, since=_ROOMY),
        Column(title="lines", width=7, since=_WIDE, align="right"),
        Column(title="", width=11, since=_MIDDLE, align="right"),
        Column(title="", width=4, until=_MIDDLE, align="right"),
    )


def chamber_row(chamber: Chamber, state: IndexedState, now: int) -> Row:
    """Return a chamber's row: state, name, task, the reason of the state, marks, since when."""
    worker = state.worker_of(chamber)
    letters = state.mail_of(chamber.id)
    quiet: Tone = "muted" if chamber.is_over else "plain"
    badges, badges_due = badges_of(chamber, state, now)
    since = chamber.ended_at if chamber.is_over else worker.since
    task = state.tasks.get(chamber.task_id)
    branch = task.base_branch if task is not None else ""
    cells = (
        chamber_cell(worker, state.landing.holds_of(chamber.id)),
        Cell(plain(chamber.name), quiet),
        Cell(task_title(plain(task.description)) if task is not None else "", "muted"),
        doing_cell(chamber, worker, state, badges),
        Cell(conflict_badge(state.conflicts_of(chamber.id), chamber.id, branch), "warn"),
        unread_cell(letters, now, state),
        unread_count(letters, now, state.unread_limit),
        uncommitted_cell(chamber, worker),
        lines_cell(state.diffs.get(chamber.id)),
        Cell(f"{_LASTING[worker.group]} {age(since, now)}", "muted"),
        Cell(age(since, now), "muted"),
    )
    mail_due = next_unread_due(letters, now, state.unread_limit)
    restless = _DOING if worker.group == "working" else -1
    return Row(chamber.id, cells, earliest(due(since, now), mail_due, badges_due), restless)


# What the time in a row counts, by the worker's group.
_LASTING: Mapping[Group, str] = {
    "needs-you": "waits",
    "stuck": "silent",
    "working": "runs",
    "ready": "ended",
    "held": "ended",
    "idle": "idle",
    "landed": "ended",
    "dropped": "ended",
}


def doing_cell(
    chamber: Chamber, worker: WorkerState, state: IndexedState, badges: tuple[Cell, ...] = ()
) -> Cell:
    """Return the reason of a worker's state; for finished work, whether it can land."""
    if not worker.has_work_to_land:
        return Cell(plain(worker_text(worker)), worker_tone(worker), badges)
    holds = state.landing.holds_of(chamber.id)
    if holds:
        # What it conflicts with is shown next to it.
        named = [hold.partition(" with ")[0] for hold in holds]
        return Cell(f"held: {', '.join(named)}", "warn", badges)
    said = f": {worker.reason}" if worker.reason else ""
    proven = f"{verdict_words(chamber.verdict)}, " if chamber.verdict else ""
    return Cell(plain(f"{proven}can land{said}"), worker_tone(worker), badges)


def badges_of(chamber: Chamber, state: IndexedState, now: int) -> tuple[tuple[Cell, ...], int]:
    """Return a standing chamber's badges, and when they change."""
    if not chamber.is_standing:
        return (), 0
    badges = list[Cell]()
    moment = 0
    act = act_of(chamber, state.worker_of(chamber), state.requests_of(chamber.id))
    if act.words:
        badges.append(Cell(act.words if act.elsewhere else f"enter: {act.words}", "accent"))
    if chamber.setup_fault:
        badges.append(Cell(setup_words(chamber.setup_fault).partition(":")[0], "warn"))
    if chamber.verdict == BASE_RED:
        badges.append(Cell("base red", "warn"))
    ailments = health_text(chamber)
    if ailments:
        badges.append(Cell(ailments, HEALTH.tone))
    if chamber.is_live and not chamber.is_proven_ready(state.presence.get(chamber.id)):
        badges.append(UNPROVEN)
    if chamber.suspended_at:
        badges.append(Cell(f"{SUSPENDED.text}, tools blocked", SUSPENDED.tone))
    place = state.place_elsewhere(chamber, now)
    if place is not None:
        where = plain(place.name if place.served else f"{place.name}, {place.heard}")
        badges.append(Cell(f"at {where}", "muted" if place.served else "warn"))
        moment = due(place.heard_at, now)
    return tuple(badges), moment


def health_text(chamber: Chamber) -> str:
    """Return what is wrong with a live chamber, in two words each: `✚ hook gone, detached`."""
    if not chamber.is_live or not chamber.health:
        return ""
    names = ", ".join(plain(problem.partition(":")[0]) for problem in chamber.health)
    return f"{HEALTH.text} {names}"


def diff_cell(diff: Diff | None) -> Cell:
    """Return the size of a chamber's changes, `+120 -8 4f`; a dash if there are none."""
    if diff is None:
        return Cell("", "muted")
    if not diff.files:
        return Cell("-", "muted")
    return Cell(f"+{diff.insertions} -{diff.deletions} {diff.files}f")


def lines_cell(diff: Diff | None) -> Cell:
    """Return how many lines a chamber adds and removes, `+120 -8`; a dash if there are none."""
    if diff is None or not diff.files:
        return Cell("" if diff is None else "-", "muted")
    return Cell(f"+{diff.insertions} -{diff.deletions}")


def uncommitted_cell(chamber: Chamber, worker: WorkerState) -> Cell:
    """Return the cell for a chamber's uncommitted work."""
    is_uncommitted = chamber.is_standing and chamber.work == "uncommitted"
    tone: Tone = "warn" if worker.has_work_to_land else "muted"
    return Cell("uncommitted" if is_uncommitted else "", tone)


class ChamberRows:
    """The rows of the chamber table, made from the state when they are asked for."""

    def __init__(self, state: IndexedState, clock: Clock = now_ms) -> None:
        self._state = state
        self._clock = clock

    def row(self, key: str) -> Row:
        """Return a chamber's current row."""
        return chamber_row(self._state.chambers[key], self._state, self._clock())

    def heading(self, key: str) -> str:
        """Return the name of the group that a chamber's worker is in."""
        worker = self._state.worker_of(self._state.chambers[key])
        if worker.has_work_to_land:
            return chamber_word(worker, self._state.landing.holds_of(key)).upper()
        return GROUP_WORDS[worker.group].upper()

    def words(self, key: str) -> str:
        """Return the text that a filter searches: name, state, branch, worker, health, conflict."""
        chamber = self._state.chambers[key]
        worker = self._state.worker_of(chamber)
        conflicts = conflict_text(self._state.conflicts_of(key), key)
        asked = map(asked_in_short, self._state.requests_of(key))
        word = chamber_word(worker, self._state.landing.holds_of(key))
        said = (word, worker.reason, *asked, health_text(chamber), conflicts)
        return " ".join((chamber.name, chamber.state, chamber.branch, *said)).casefold()
