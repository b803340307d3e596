"""The status line: whether the room is live, and its counts."""

from collections.abc import Mapping, Reversible, Sequence
from dataclasses import dataclass, field
from itertools import islice
from math import ceil
from typing import Literal

from orchestra_core.models import Interrupt
from orchestra_core.wording.ages import age, due, precise_duration
from orchestra_core.wording.states import GROUP_SYMBOLS, count_text
from orchestra_core.worker_state import Group
from orchestra_tui.presentation.details.conflict_lines import SIGN
from orchestra_tui.presentation.indexed_state import IndexedState
from orchestra_tui.presentation.rows.cells import Cell, Line
from orchestra_tui.presentation.rows.mail_cell import ENVELOPE
from orchestra_tui.presentation.rows.symbols import GROUP_TONES, HELD, SUSPENDED
from orchestra_tui.presentation.text_fit import cut_line, line_width, plain

StoreLink = Literal["connecting", "live", "reconnecting", "lost"]
ServerState = Literal["starting", "ready", "restarting", "stopped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """How long interrupts took from sent to delivered, in milliseconds."""

    median: int
    p95: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The status line's values; `reason` says, in one line, why the link is not live."""

    link: StoreLink = "connecting"
    link_since: int = 0
    reason: str = ""
    server: ServerState = "starting"
    lacks_daemon: bool = False
    seq: int = 0
    tasks: int = 0
    chambers: int = 0
    unread: int = 0
    overdue: int = 0
    suspended: int = 0
    conflicts: int = 0
    failing_together: int = 0  # chambers
    held: int = 0  # chambers with finished work
    workers: Mapping[Group, int] = field(default_factory=dict[Group, int])
    latency: Latency | None = None
    project: str = ""


def latency(interrupts: Reversible[Interrupt]) -> Latency | None:
    """Return median and 95th percentile (nearest rank) of sent to delivered; None without data.

    Only the latest messages count, so that the figures are current and cost the same on any day.
    """
    delivered = (interrupt for interrupt in reversed(interrupts) if interrupt.delivered_at)
    times = sorted(
        interrupt.delivered_at - interrupt.sent_at for interrupt in islice(delivered, RECENT)
    )
    if not times:
        return None
    return Latency(median=_rank(times, 0.5), p95=_rank(times, 0.95), count=len(times))


def _rank(ordered: Sequence[int], share: float) -> int:
    return ordered[max(0, ceil(share * len(ordered)) - 1)]


def counts(state: IndexedState) -> tuple[int, int, int]:
    """Return the numbers of open tasks, standing chambers and unread messages."""
    return len(state.open_tasks), len(state.standing_chambers), len(state.unread_mail)


RECENT = 200  # messages
MARGIN = 1
GAP_BETWEEN = 2
_LINK: dict[StoreLink, Cell] = {
    "connecting": Cell("◌ connecting", "muted"),
    "live": Cell("● live", "ok"),
    "reconnecting": Cell("◐ reconnecting", "warn"),
    "lost": Cell("✗ lost", "critical"),
}
_SERVER: dict[ServerState, Cell] = {
    "starting": Cell("server starting", "muted"),
    "ready": Cell("server ready", "muted"),
    "restarting": Cell("server restarting", "warn"),
    "stopped": Cell("server stopped", "critical"),
}
# The counts of workers, held work next to ready work; if space is short, the first are dropped
# first.
_COUNTED: tuple[Group, ...] = ("idle", "working", "ready", "stuck", "needs-you")
_NO_DAEMON = Cell("no daemon", "warn")


def status_line(status: Status, now: int, width: int) -> tuple[Line, int]:
    """Return the line in at most `width` cells, and when its text changes."""
    link = _LINK[status.link]
    moment = 0
    left_side = [Cell(" " * MARGIN), link]
    if status.link in ("reconnecting", "lost"):
        left_side.append(Cell(f" for {age(status.link_since, now)}", link.tone))
        moment = due(status.link_since, now)
        if status.reason:
            left_side.append(Cell(f": {plain(status.reason)}", link.tone))
    left_side.extend((Cell("  "), _SERVER[status.server]))
    if status.lacks_daemon:
        left_side.extend((Cell("  "), _NO_DAEMON))
    return _with_right(tuple(left_side), _numbers(status), width), moment


def title_text(status: Status) -> str:
    """Return the terminal's title: who needs somebody, then the project."""
    calling: tuple[Group, ...] = ("needs-you", "stuck")
    words = [
        count_text(group, status.workers[group]) for group in calling if status.workers.get(group)
    ]
    return " · ".join((*words, plain(status.project) or "orchestra"))


def _numbers(status: Status) -> list[Cell]:
    """Return the parts on the right; if space is short, the first are dropped first."""
    numbers: list[Cell] = []
    if status.project:
        numbers.append(Cell(plain(status.project), "muted"))
    if status.latency:
        median, p95 = map(precise_duration, (status.latency.median, status.latency.p95))
        times = f"mail {median}, p95 {p95}"
        numbers.append(Cell(times, "muted"))
    numbers.append(Cell(f"event {status.seq:,}", "muted"))
    numbers.append(Cell(_many(status.chambers, "chamber"), "muted"))
    numbers.append(Cell(_many(status.tasks, "task"), "muted"))
    if status.suspended:
        symbol, word = SUSPENDED.text.split()
        numbers.append(Cell(f"{symbol} {status.suspended} {word}", SUSPENDED.tone))
    if status.overdue:
        late = f"{_unread_text(status.unread)}, {status.overdue} for too long"
        numbers.append(Cell(late, "critical"))
    elif status.unread:
        numbers.append(Cell(_unread_text(status.unread), "warn"))
    for group in _COUNTED:
        count = status.workers.get(group, 0)
        if group == "ready":
            numbers += _conflict_numbers(status)
            to_land = count + status.workers.get("held", 0)
            numbers += _to_land_numbers(to_land - status.held, status.held)
        elif count:
            words = f"{GROUP_SYMBOLS[group]} {count_text(group, count)}"
            numbers.append(Cell(words, GROUP_TONES[group]))
    return numbers


def _conflict_numbers(status: Status) -> list[Cell]:
    counted = [_many(status.conflicts, "conflict")] if status.conflicts else []
    counted += [f"{status.failing_together} fail together"] if status.failing_together else []
    return [Cell(f"{SIGN} {words}", "warn") for words in counted]


def _to_land_numbers(can_land: int, held: int) -> list[Cell]:
    numbers = [Cell(f"{HELD.text} {held} held", HELD.tone)] if held else []
    symbol, tone = GROUP_SYMBOLS["ready"], GROUP_TONES["ready"]
    return [*numbers, *([Cell(f"{symbol} {can_land} can land", tone)] if can_land else [])]


def _unread_text(count: int) -> str:
    return f"{ENVELOPE} {count} unread by {'its worker' if count == 1 else 'workers'}"


def _many(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _with_right(left_side: Line, numbers: list[Cell], width: int) -> Line:
    right: list[Cell] = []
    for cell in reversed(numbers):
        wider = [cell, Cell("  "), *right] if right else [cell]
        if line_width(left_side) + line_width(tuple(wider)) + GAP_BETWEEN + MARGIN > width:
            break
        right = wider
    space = width - line_width(left_side) - line_width(tuple(right)) - MARGIN
    return cut_line((*left_side, Cell(" " * max(0, space)), *right), width)
