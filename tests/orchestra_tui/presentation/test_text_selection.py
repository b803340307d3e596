"""What is chosen of a wrapped text, as the words were before wrapping."""

import pytest

from orchestra_tui.presentation.rows.cells import Cell, Line
from orchestra_tui.presentation.text_fit import wrap_line
from orchestra_tui.presentation.text_selection import (
    TextPoint,
    TextSelection,
    WrappedRow,
    selected_text,
)

LINES: list[Line] = [
    (Cell("path    ", "muted"), Cell("/home/mira/shop/.claude/worktrees/auth")),
    (Cell("one two three four five six"),),
    (Cell("日本語 text"),),
]
ROWS = [WrappedRow(part, at) for at, line in enumerate(LINES) for part in wrap_line(line, 20)]
FIRST_OF = [next(at for at, row in enumerate(ROWS) if row.of == line) for line in range(3)]


def chosen(anchor: tuple[int, int], head: tuple[int, int]) -> str:
    selection = TextSelection(TextPoint(*anchor), TextPoint(*head))
    return selected_text(selection, ROWS, LINES)


def test_a_word_that_was_broken_over_rows_is_whole() -> None:
    last = FIRST_OF[1] - 1
    assert chosen((0, 8), (last, 19)) == "/home/mira/shop/.claude/worktrees/auth"
    assert chosen((last, 19), (0, 8)) == "/home/mira/shop/.claude/worktrees/auth"


def test_words_of_one_line_are_joined_and_lines_stay_apart() -> None:
    start, end = FIRST_OF[1], FIRST_OF[2]
    assert chosen((start, 4), (end - 1, 30)) == "two three four five six"
    assert chosen((end - 1, 0), (end, 1)).endswith("six\n日")


@pytest.mark.parametrize(("row", "cells"), [(0, (5, 20)), (1, (0, 20)), (2, (0, 4)), (3, (0, 0))])
def test_rows_between_the_ends_are_chosen_whole(row: int, cells: tuple[int, int]) -> None:
    selection = TextSelection(TextPoint(2, 3), TextPoint(0, 5))
    assert selection.cells_of(row, 20) == cells


def test_nothing_is_chosen_below_the_text() -> None:
    assert chosen((FIRST_OF[2], 7), (99, 0)) == "text"
