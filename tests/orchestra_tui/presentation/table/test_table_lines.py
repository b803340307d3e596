"""Which line of a table shows what."""

from collections.abc import Callable

import pytest

from orchestra_tui.presentation.table.table_lines import (
    Second,
    TableLines,
    group_count,
    table_lines,
)

KEYS = ["a1", "a2", "b1"]


def group(key: str) -> str:
    return key[0]


def none(key: str) -> bool:
    return not key


def second_of_each(key: str) -> bool:
    return key.endswith("2") or key == "b1"


@pytest.mark.parametrize(
    ("is_long", "height", "lines"),
    [
        (none, 5, ["a", 0, 1, "b", 2]),
        (none, 4, ["", 0, 1, 2]),
        (none, 3, []),
        (second_of_each, 7, ["a", 0, 1, Second(1), "b", 2, Second(2)]),
        (second_of_each, 6, ["a", 0, 1, Second(1), "b", 2]),
        (second_of_each, 4, ["", 0, 1, 2]),
    ],
)
def test_rows_stand_below_their_group_and_go_on_in_a_second_line_where_all_of_it_fits(
    is_long: Callable[[str], bool], height: int, lines: list[object]
) -> None:
    assert [*table_lines(KEYS, group, is_long, height).lines] == lines


def test_without_room_for_the_names_of_groups_long_rows_still_have_their_second_line() -> None:
    keys = ["a1", "b2", "c1"]
    lines = table_lines(keys, group, lambda key: key == "b2", 5).lines
    assert lines == ["", 0, 1, Second(1), 2]


def test_a_row_is_found_on_both_of_its_lines() -> None:
    lines = TableLines(["a", 0, Second(0), "b", 1])
    assert [*lines.of_row(0)] == [1, 2]
    assert [*lines.of_row(1)] == [4]
    assert [lines.row_at(y) for y in range(6)] == [None, 0, 0, None, 1, None]
    assert [lines.heading_at(y) for y in range(6)] == ["a", None, None, "b", None, None]
    assert [y for y in range(6) if lines.is_second(y)] == [2]


def test_groups_are_counted_once_each() -> None:
    assert group_count(KEYS, group) == 2
