"""Where the panes stand."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestra_tui.presentation.board.board_layout import (
    BoardNeeds,
    BoardPane,
    Box,
    board_boxes,
)

FEW = BoardNeeds(3, 4, 2, "tasks")


@given(
    st.integers(40, 300),
    st.integers(14, 80),
    st.tuples(st.integers(1, 500), st.integers(1, 500), st.integers(1, 500)),
    st.sampled_from(get_args(BoardPane)),
    st.sampled_from([0, 1, 2]),
)
def test_the_panes_cover_the_board_without_a_gap_whatever_they_hold(
    width: int, height: int, lines: tuple[int, int, int], used: str, enlarged: int
) -> None:
    needs = BoardNeeds(*lines, used=used, enlarged=enlarged)  # type: ignore[arg-type]
    boxes = board_boxes(width, height, needs)
    assert used in boxes
    assert all(box.height >= 3 and box.width >= 3 for box in boxes.values())
    cells = [
        (x, y)
        for box in boxes.values()
        for x in range(box.x, box.x + box.width)
        for y in range(box.y, box.y + box.height)
    ]
    assert len(cells) == len(set(cells)) == width * height


def test_a_list_is_as_high_as_what_it_holds() -> None:
    for size in ((120, 37), (160, 45), (80, 20)):
        assert board_boxes(*size, FEW)["tasks"].height == 5
    assert board_boxes(160, 45, FEW)["discoveries"].height == 4


@pytest.mark.parametrize("used", ["tasks", "chambers", "discoveries"])
def test_the_detail_area_is_never_half_of_a_middle_board_while_a_list_is_in_use(used: str) -> None:
    detail = board_boxes(120, 37, FEW._replace(used=used))["detail"]  # type: ignore[arg-type]
    assert detail.width * detail.height < 120 * 37 / 2


def test_many_chambers_take_the_room_of_the_detail_area_down_to_ten_lines() -> None:
    boxes = board_boxes(120, 37, FEW._replace(chambers=60))
    assert (boxes["chambers"].height, boxes["detail"].height) == (22, 10)


def test_a_wide_board_has_the_detail_area_on_its_right_over_the_full_height() -> None:
    assert board_boxes(160, 45, FEW)["detail"] == Box(106, 0, 54, 45)
    assert board_boxes(200, 57, FEW)["detail"] == Box(125, 0, 75, 57)


def test_a_narrow_board_shows_the_lists_or_the_detail_area() -> None:
    assert set(board_boxes(80, 20, FEW)) == {"tasks", "chambers", "discoveries"}
    assert board_boxes(80, 20, FEW._replace(used="detail")) == {"detail": Box(0, 0, 80, 20)}


def test_a_pane_is_enlarged_to_most_and_to_all_of_the_board() -> None:
    usual = board_boxes(120, 37, FEW._replace(used="discoveries"))["discoveries"]
    most = board_boxes(120, 37, FEW._replace(used="discoveries", enlarged=1))["discoveries"]
    assert most.height > 37 / 2 > usual.height
    whole = board_boxes(120, 37, FEW._replace(used="discoveries", enlarged=2))
    assert whole == {"discoveries": Box(0, 0, 120, 37)}


def test_lists_beside_the_chambers_go_without_titles_where_the_chambers_need_the_lines() -> None:
    boxes = board_boxes(80, 20, FEW._replace(chambers=30, used="chambers"))
    assert (boxes["tasks"].height, boxes["discoveries"].height) == (4, 3)
    assert board_boxes(80, 20, FEW._replace(chambers=30))["tasks"].height == 5
