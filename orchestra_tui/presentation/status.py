"""The status line: whether what the room shows is live, and how things stand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Literal

from orchestra_core.models import Interrupt
from orchestra_tui.presentation.ages import age, due, span
from orchestra_tui.presentation.board import Board
from orchestra_tui.presentation.cells import Cell, Line
from orchestra_tui.presentation.fitting import cut_line, line_width, plain
from orchestra_tui.presentation.mail import unread

Link = Literal["connecting", "live", "reconnecting", "lost"]
ServerState = Literal["starting", "ready", "restarting", "stopped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """How long interrupts took from sent to delivered, in milliseconds."""

    median: int
    p95: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What the status line is made from; `reason` is one line on why the link is not live."""

    link: Link = "connecting"
    link_since: int = 0
    reason: str = ""
    server: ServerState = "starting"
    seq: int = 0
    tasks: int = 0
    chambers: int = 0
    unread: int = 0
    latency: Latency | None = None
    project: str = ""


def latency(interrupts: Iterable[Interrupt]) -> Latency | None:
    """Return median and 95th percentile (nearest rank) of sent to delivered; None without any."""
    times = sorted(one.delivered_at - one.sent_at for one in interrupts if one.delivered_at)
    if not times:
        return None
    return Latency(median=_rank(times, 0.5), p95=_rank(times, 0.95), count=len(times))


def _rank(ordered: Sequence[int], share: float) -> int:
    return ordered[max(0, ceil(share * len(ordered)) - 1)]


def counts(board: Board) -> tuple[int, int, int]:
    """Return how many tasks are open, chambers stand and messages are unread."""
    state = board.state
    return (
        sum(task.state in ("open", "completing") for task in state.tasks.values()),
        sum(c.state in ("creating", "live", "closing") for c in state.chambers.values()),
        len(unread(list(state.interrupts.values()))),
    )


_LINK: dict[Link, Cell] = {
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


def status_line(status: Status, now: int, width: int) -> tuple[Line, int]:
    """Return the line in exactly `width` cells at most, and the moment its text changes."""
    link = _LINK[status.link]
    moment = 0
    left = [link]
    if status.link in ("reconnecting", "lost"):
        left.append(Cell(f" for {age(status.link_since, now)}", link.tone))
        moment = due(status.link_since, now)
        if status.reason:
            left.append(Cell(f": {plain(status.reason)}", link.tone))
    left.extend((Cell("  "), _SERVER[status.server]))
    return _with_right(tuple(left), _numbers(status), width), moment


def _numbers(status: Status) -> list[Cell]:
    found: list[Cell] = []
    if status.latency:
        times = f"{span(status.latency.median)} / {span(status.latency.p95)}"
        found.append(Cell(f"mail {times}", "muted"))
    if status.unread:
        found.append(Cell(f"{status.unread} unread", "warn"))
    found.append(Cell(f"{status.tasks} open", "muted"))
    found.append(Cell(f"{status.chambers} chambers", "muted"))
    found.append(Cell(f"event {status.seq:,}", "muted"))
    return found


def _with_right(left: Line, numbers: list[Cell], width: int) -> Line:
    right: Line = ()
    for cell in reversed(numbers):
        wider = (cell, Cell("  "), *right) if right else (cell,)
        if line_width(left) + line_width(wider) + 2 > width:
            break
        right = wider
    space = width - line_width(left) - line_width(right)
    return cut_line((*left, Cell(" " * max(0, space)), *right), width)
