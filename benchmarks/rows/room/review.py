"""A review of 20,000 lines in a real tmux: opening it, and from a key to the line it leads to."""

import re
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import msgspec

from benchmarks.figures.row import Aim, Benchmark, Comparison, SampleBudget, comparison
from benchmarks.projects.places import Place, a_place
from benchmarks.rooms.room_terminal import ROOM, RoomTerminal, room_terminal
from orchestra_core.replies.review import ChamberDiff
from orchestra_tui.presentation.review.diff_layout import DiffLayout
from orchestra_tui.presentation.review.diff_rows import row_pieces
from orchestra_tui.presentation.review.review_model import Review
from orchestra_tui.presentation.review.syntax import Syntax, load_lexers
from tests.support.git.repositories import TestRepository
from tests.support.samples.reviews import long_diff

_FEW, _MANY = 200, 20_000  # lines
_NAMES = {_FEW: "few", _MANY: "many"}
_LONGEST_KEY = 5.0  # seconds until a key counts as taking that long
_BETWEEN_KEYS = 0.03
_WIDTH, _HEIGHT = 90, 40  # cells and rows of a screen
_PAGE, _STEP = "\x04", "j"
_LINE = re.compile(r"line (\d{5}) ends")


def _review(budget: SampleBudget) -> list[Comparison]:
    keys: dict[str, dict[int, list[float]]] = {"a step": {}, "a page": {}, "opening": {}}
    with a_place() as place:
        repository = place.repository()
        _create(place, repository)
        with room_terminal(ROOM, repository.path, place.environ, place.directory) as room:
            room.wait_for("server ready")
            room.press("2")
            room.drain(0.5)
            for lines in (_FEW, _MANY):
                opened = keys["opening"].setdefault(lines, [])
                for _ in range(budget.count(5, 1)):
                    opened.append(_opened(room, lines))
                    steps, pages = _read(room, budget.count(20, 3))
                    keys["a step"].setdefault(lines, []).extend(steps)
                    keys["a page"].setdefault(lines, []).extend(pages)
                    room.press("q")
                    room.drain(0.3)
    aims = {
        "a step": Aim(50, of="p99", absolute=True),
        "a page": Aim(1.5),
        "opening": Aim(2),
    }
    return [
        _first_screen(budget.count(20, 2)),
        *_compared(keys, aims),
    ]


def _compared(
    keys: Mapping[str, Mapping[int, list[float]]], aims: Mapping[str, Aim]
) -> list[Comparison]:
    return [
        comparison(
            f"{case} in {_MANY:,} lines", "ms", taken[_MANY], aims[case],
            versus=f"the same in {_FEW} lines", against=taken[_FEW],
        )
        for case, taken in keys.items()
    ]  # fmt: skip


def _first_screen(count: int) -> Comparison:
    """Measure the room's processor time from the answer to the rows of the first screen."""
    load_lexers()
    taken: dict[int, list[float]] = {_FEW: [], _MANY: []}
    for _ in range(count):
        for lines, samples in taken.items():
            answer = msgspec.json.encode(long_diff(lines))
            began = time.process_time()
            review = Review("auth")
            review.take(msgspec.json.decode(answer, type=ChamberDiff))
            (file,) = review.files
            layout = DiffLayout(file, width=_WIDTH)
            syntax = Syntax(file.path, file.lines)
            for row in range(_HEIGHT):
                row_pieces(layout, layout.place(row), syntax.spans, _WIDTH)
            samples.append((time.process_time() - began) * 1_000)
    return comparison(
        f"the room's processor time for the first screen of {_MANY:,} lines", "ms", taken[_MANY],
        Aim(2), versus=f"the same of {_FEW} lines", against=taken[_FEW],
    )  # fmt: skip


def _create(place: Place, repository: TestRepository) -> None:
    """Create both chambers, the small one first in the room's list, each with one new file."""
    for lines in (_MANY, _FEW):
        name = _NAMES[lines]
        command = (*ROOM, "create", name)
        subprocess.run(
            command, cwd=repository.path, env=place.environ, check=True, capture_output=True
        )
        chamber = repository.path / ".claude" / "worktrees" / name
        _write(chamber / "generated.py", lines)


def _write(file: Path, lines: int) -> None:
    text = "".join(f'value = "line {number:05} ends"  # {number}\n' for number in range(lines))
    file.write_text(text, encoding="utf-8")


def _opened(room: RoomTerminal, lines: int) -> float:
    """Open the review of the chamber with so many lines; return ms to its first line."""
    room.press("g" if lines == _FEW else "G")
    room.drain(0.3)
    room.forget()
    room.press("d")
    return room.wait_for("line 00000 ends", _LONGEST_KEY)


def _read(room: RoomTerminal, count: int) -> tuple[list[float], list[float]]:
    """Go down by lines and by pages; return ms until the new line is painted."""
    steps: list[float] = []
    for number in range(1, count + 1):
        room.drain(_BETWEEN_KEYS)
        room.forget()
        room.press(_STEP)
        steps.append(room.wait_for(f"line {number:05} ends", _LONGEST_KEY))
    pages: list[float] = []
    for _ in range(4):
        room.drain(_BETWEEN_KEYS)
        room.forget()
        room.press(_PAGE)
        pages.append(room.wait_match(_LINE, "", _LONGEST_KEY)[0])
    return steps, pages


ROW = Benchmark(
    "review",
    "How long from a key of a review to the line that it leads to, and from `d` to the diff.",
    _review,
)
