"""The layout of the panes: each as high as its content, the rest for the pane in use."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

BoardPane = Literal["tasks", "chambers", "discoveries", "detail"]
Enlarged = Literal[0, 1, 2]  # size of the pane in use: as usual, most of the board, all of it
NARROW = 100  # cells; on a narrower board either the lists or the detail area shows
WIDE = 160  # cells; on a wider board the detail area is beside the lists, whatever the height
LOW = 24  # lines; on a lower board the detail area is beside the lists, too
_BESIDE = 106  # least cells of the lists, beside the detail area of a wide board
_WHOLE = 2
_FRAME = 2
_LEAST = 3  # least lines of a pane with its frame
_LEAST_LIST = 6  # lines of the chambers beside a large pane
_LEAST_DETAIL = 10


class Box(NamedTuple):
    """A pane's place on the board, in cells."""

    x: int
    y: int
    width: int
    height: int


class BoardNeeds(NamedTuple):
    """The lines that each list needs, the pane in use, and how far that is enlarged."""

    tasks: int
    chambers: int
    discoveries: int
    used: BoardPane
    enlarged: Enlarged = 0

    def height(self, pane: BoardPane) -> int:
        """Return the height of a list's pane that shows all of the list."""
        lines = {"tasks": self.tasks, "chambers": self.chambers, "discoveries": self.discoveries}
        return max(_LEAST, lines.get(pane, 0) + _FRAME)


def board_boxes(width: int, height: int, needs: BoardNeeds) -> Mapping[BoardPane, Box]:
    """Return the places of the visible panes."""
    used = needs.used
    if needs.enlarged == _WHOLE or (width < NARROW and used == "detail"):
        return {used: Box(0, 0, width, height)}
    if width < NARROW:
        return _column(width, height, needs)
    if width < WIDE and height >= LOW:
        return _stacked(width, height, needs)
    lists = _lists_width(width, needs)
    return {**_column(lists, height, needs), "detail": Box(lists, 0, width - lists, height)}


def _lists_width(width: int, needs: BoardNeeds) -> int:
    if needs.enlarged:
        return width // 3 if needs.used == "detail" else width * 2 // 3
    return max(_BESIDE, width * 5 // 8) if width >= WIDE else width * 7 // 13


def _column(width: int, height: int, needs: BoardNeeds) -> dict[BoardPane, Box]:
    """Return the three lists one below the other; spare lines go to the chambers.

    If they need more, lists that are not in use go without their titles.
    """
    ends: dict[BoardPane, int] = {}
    for pane in ("tasks", "discoveries"):
        share = height // (2 if needs.used == pane else 4)
        ends[pane] = min(needs.height(pane), max(_LEAST, share))
        if needs.enlarged:
            ends[pane] = height - _LEAST_LIST - _LEAST if needs.used == pane else _LEAST
    if height - sum(ends.values()) < needs.height("chambers"):
        ends = {
            pane: lines - (needs.used != pane and lines > _LEAST) for pane, lines in ends.items()
        }
    tasks, discoveries = ends["tasks"], ends["discoveries"]
    chambers = height - tasks - discoveries
    return {
        "tasks": Box(0, 0, width, tasks),
        "chambers": Box(0, tasks, width, chambers),
        "discoveries": Box(0, tasks + chambers, width, discoveries),
    }


def _stacked(width: int, height: int, needs: BoardNeeds) -> dict[BoardPane, Box]:
    """Return tasks and chambers over the full width, with discoveries and detail area below."""
    tasks = min(needs.height("tasks"), height // (3 if needs.used == "tasks" else 5))
    below = _height_below(height - tasks, needs)
    if needs.enlarged and needs.used == "tasks":
        tasks = height - below - _LEAST_LIST
    discoveries = width * (7 if needs.used == "discoveries" else 5) // 13
    top = height - below
    return {
        "tasks": Box(0, 0, width, tasks),
        "chambers": Box(0, tasks, width, top - tasks),
        "discoveries": Box(0, top, discoveries, below),
        "detail": Box(discoveries, top, width - discoveries, below),
    }


def _height_below(space: int, needs: BoardNeeds) -> int:
    """Return the height of discoveries and detail area: less if the chambers need the space."""
    chambers = needs.height("chambers")
    most = space - _LEAST_LIST
    if needs.enlarged:
        return most if needs.used in ("detail", "discoveries") else _LEAST_DETAIL
    if needs.used == "detail":
        return max(_LEAST_DETAIL, space - min(chambers, space // 3))
    return min(most, max(_LEAST_DETAIL, min(space // 2, space - chambers)))
