"""The items of a diff are made in runs, from the letters and lengths of git's lines."""

import pytest

from orchestra_tui.presentation.review.comments import shown_text
from orchestra_tui.presentation.review.diff_lines import HunkLines
from orchestra_tui.presentation.review.diff_model import FileDiff, Hunk
from orchestra_tui.presentation.review.diff_runs import (
    NO_END,
    NOTHING,
    Item,
    line_heights,
    pair_count,
    runs_of,
)
from orchestra_tui.presentation.review.spans import wrapped
from orchestra_tui.presentation.rows.cells import Cell, Line
from tests.support.samples.reviews import changed_file

MIXED = [" a", "-b", "-c", "+d", " e", "+f", "-g", "+h", "-i"]
UNENDED = "\\ No newline at end of file"


def file_of(*hunks: list[str]) -> FileDiff:
    file = FileDiff(changed_file("a.txt", "M", 1))
    file.__dict__["hunks"] = [Hunk("", HunkLines(texts, 1, 1)) for texts in hunks]
    return file


def sides_of(file: FileDiff, notes: dict[int, list[Line]] | None = None) -> list[tuple[int, int]]:
    items = [item for run in runs_of(file, notes or {}, 80, split=True) for item in run.items]
    return [(item.left, item.right) for item in items if item.is_line]


def test_what_was_removed_stands_beside_what_was_added_and_a_removal_begins_a_new_block() -> None:
    file = file_of(MIXED)
    assert sides_of(file) == [
        (0, 0), (1, 3), (2, NOTHING), (4, 4), (NOTHING, 5), (6, 7), (8, NOTHING),
    ]  # fmt: skip
    assert pair_count(file.hunks[0].lines) == 7


def test_a_block_longer_than_a_run_stays_paired_and_a_second_hunk_counts_on() -> None:
    long_block = ["-x"] * 300 + ["+y"] * 290
    pairs = sides_of(file_of(long_block, ["-z"]))
    assert pairs[:290] == [(at, 300 + at) for at in range(290)]
    assert pairs[290:] == [*((at, NOTHING) for at in range(290, 300)), (590, NOTHING)]


def test_notes_stand_below_their_lines_and_one_on_the_file_before_all() -> None:
    note: list[Line] = [(Cell("why"),), (Cell("so"),)]
    notes = {NOTHING: note, 1: note, 3: note}
    runs = list(runs_of(file_of(MIXED[:4]), notes, 80, split=True))
    items = [item for run in runs for item in run.items]
    heights = [height for run in runs for height in run.heights]
    below = Item(note=note)
    assert items == [
        below, Item(heading="@@ 1"), Item(0, 0), Item(1, 3), below, below, Item(2, NOTHING),
    ]  # fmt: skip
    assert heights == [2, 1, 1, 1, 2, 2, 1]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "x" * 10,
        "x" * 11,
        "x" * 30,
        "\tx",
        "\t\t\tx",
        "本" * 9,
        "x" * 10 + "\r",
        "\x1b[0mx",
    ],
)
def test_a_line_is_as_high_as_it_is_drawn(text: str) -> None:
    lines = HunkLines([f"+{text}", f"-{text}", UNENDED], 1, 1)
    shown = shown_text(lines[0])
    drawn = [len(wrapped(((each, "plain"),), 10)) for each in (shown, shown + NO_END)]
    assert line_heights(lines, [0, 1, NOTHING], 10) == [*drawn, 1]
