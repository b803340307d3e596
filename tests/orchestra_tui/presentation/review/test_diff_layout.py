"""Where each line of a diff stands."""

from orchestra_tui.presentation.review.diff_layout import DiffLayout
from orchestra_tui.presentation.review.diff_lines import HunkLines
from orchestra_tui.presentation.review.diff_model import FileDiff, Hunk, parse_diff
from orchestra_tui.presentation.review.diff_runs import NOTHING
from orchestra_tui.presentation.rows.cells import Cell
from tests.support.samples.reviews import changed_file, file_diffs, long_diff


def sessions() -> FileDiff:
    return file_diffs()[1]


def numbers(layout: DiffLayout) -> list[tuple[int, int]]:
    pairs: list[tuple[int, int]] = []
    for item in layout.items:
        if item.is_line:
            left = layout.lines[item.left].old if item.left != NOTHING else 0
            right = layout.lines[item.right].new if item.right != NOTHING else 0
            pairs.append((left, right))
    return pairs


def test_side_by_side_what_was_removed_stands_beside_what_was_added_for_it() -> None:
    layout = DiffLayout(sessions(), split=True)
    first_hunk = numbers(layout)[:8]
    assert first_hunk == [
        (12, 12), (13, 13), (14, 14), (15, 15), (0, 16), (16, 17), (17, 18), (18, 19),
    ]  # fmt: skip


def test_every_row_leads_to_its_item_and_back() -> None:
    layout = DiffLayout(sessions(), width=30)
    assert layout.row_count > len(layout.items)
    for row in range(layout.row_count):
        place = layout.place(row)
        assert layout.rows_of(place.item)[place.part] == row


def test_a_long_line_takes_the_rows_that_it_needs_and_wide_letters_count_two() -> None:
    file = FileDiff(changed_file("a.txt", "A", 3))
    file.__dict__["hunks"] = [Hunk("", HunkLines(["+" + "x" * 30, "+" + "本" * 9, "+"], 0, 1))]
    layout = DiffLayout(file, width=16)
    assert layout.text_width == 10
    assert [len(layout.rows_of(item)) for item in range(4)] == [1, 3, 2, 1]


def test_a_note_stands_below_its_line_and_the_cursor_passes_over_it() -> None:
    layout = DiffLayout(sessions(), {2: [(Cell("why"),), (Cell("so"),)]})
    item = layout.item_of(2)
    assert layout.items[item + 1].note
    assert len(layout.rows_of(item + 1)) == 2
    assert layout.step(item, 1) == item + 2
    assert layout.step(layout.item_of(0), -1) == layout.item_of(0)


def test_the_first_change_of_a_hunk_is_found_from_its_heading() -> None:
    layout = DiffLayout(sessions())
    first, second = (layout.line_at(layout.first_change(at)) for at in layout.headings)
    assert layout.lines[first].text.strip() == "session.lasts(hours=24)"
    assert layout.lines[second].text.strip().startswith("old = [each for each in self._store if")


def test_lines_are_placed_as_far_as_somebody_has_looked() -> None:
    (entry,) = long_diff(20_000).files
    (file,) = parse_diff(long_diff(20_000).diff, [entry])
    layout = DiffLayout(file)
    assert layout.row_count == 20_001  # the heading, and a row at least for each line
    placed = len(layout.items)
    assert placed < 1_000
    assert layout.place(placed + 50).item == placed + 50
    assert len(layout.items) < 2_000
    assert layout.item_of(5_000) == 5_001
    layout.place_all()
    assert (len(layout.items), layout.row_count) == (20_001, 20_001)
    assert layout.place(99_999) == layout.place(20_000)


def test_side_by_side_lines_are_placed_as_far_as_somebody_has_looked_too() -> None:
    diff = long_diff(20_000)
    (file,) = parse_diff(diff.diff, diff.files)
    layout = DiffLayout(file, width=200, split=True)
    assert layout.row_count == 20_001
    assert len(layout.items) < 1_000
    layout.place_all()
    assert (len(layout.items), layout.row_count) == (20_001, 20_001)
    assert layout.item_of(19_999) == 20_000


def test_the_next_change_is_in_another_hunk_and_at_the_end_there_is_none() -> None:
    layout = DiffLayout(sessions())
    first, second = (layout.first_change(at) for at in layout.headings)
    assert layout.next_change(0, 1) == first
    assert layout.next_change(first, 1) == second
    assert layout.next_change(second, 1) is None
    assert layout.next_change(second, -1) == first
    assert layout.next_change(first, -1) is None
