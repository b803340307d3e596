"""The texts of the detail area: everything known of a task, a chamber or a discovery, in lines."""

from collections.abc import Sequence

from orchestra_core.models import Chamber, Discovery, Presence, Task
from orchestra_tui.presentation.ages import age, clock, elapsed
from orchestra_tui.presentation.board import Board
from orchestra_tui.presentation.cells import Cell, Line
from orchestra_tui.presentation.fitting import plain
from orchestra_tui.presentation.symbols import CHAMBER, SEVERITY, TASK, WORKER

LABEL_WIDTH = 11


def field(label: str, *value: Cell) -> Line:
    """Return a labelled line; its label is padded so that the values stand below each other."""
    return (Cell(label.ljust(LABEL_WIDTH), "muted"), *value)


def text_lines(text: str) -> list[Line]:
    """Return a text of several lines, each as it stands; the widget wraps them."""
    return [(Cell(line),) for line in text.split("\n")] if text else []


def task_overview(task: Task, board: Board, now: int) -> list[Line]:
    """Return what a task is about and how far it is."""
    return [field("task", Cell(plain(task.description))), field("id", Cell(task.id))]


def chamber_overview(chamber: Chamber, board: Board, now: int) -> list[Line]:
    """Return where a chamber is, what its worker does and how it stands."""
    return [field("chamber", Cell(plain(chamber.name))), field("path", Cell(chamber.path))]


def briefing_lines(chamber: Chamber) -> list[Line]:
    """Return what a chamber's worker was told to do."""
    return text_lines(chamber.brief)


def activity_lines(reports: Sequence[Presence], now: int) -> list[Line]:
    """Return what a worker did, tool by tool, the newest first (`reports` oldest first)."""
    return [(Cell(clock(one.since), "muted"), Cell(f"  {one.tool}")) for one in reversed(reports)]


def diff_lines(diff_text: str) -> list[Line]:
    """Return a unified diff with its added and removed lines told apart by tone."""
    return text_lines(diff_text)


def discovery_detail(discovery: Discovery, now: int) -> list[Line]:
    """Return a discovery whole: its text, its impact, whom it affects."""
    return text_lines(discovery.text)
