"""What a row of a diff looks like."""

from collections.abc import Sequence

from rich.cells import cell_len

from orchestra_tui.presentation.review.diff_layout import DiffLayout
from orchestra_tui.presentation.review.diff_rows import Piece, row_pieces
from orchestra_tui.presentation.review.syntax import Syntax
from orchestra_tui.presentation.rows.cells import Cell
from tests.support.samples.reviews import file_diffs

WIDTH = 70


def rows(number: int, *, split: bool = False, width: int = WIDTH) -> list[list[Piece]]:
    file = file_diffs()[number]
    layout = DiffLayout(file, {1: [(Cell("a note"),)]}, width=width, split=split)
    spans = Syntax(file.path, file.lines).spans
    return [
        row_pieces(layout, layout.place(row), spans, width, commented=(1,))
        for row in range(layout.row_count)
    ]


def text(pieces: Sequence[Piece]) -> str:
    return "".join(piece.text for piece in pieces).rstrip()


def test_every_row_fills_the_width_exactly() -> None:
    for split in (False, True):
        for row in rows(1, split=split, width=41):
            assert sum(cell_len(piece.text) for piece in row) == 41


def test_a_line_has_its_number_its_kind_and_the_ground_of_its_kind() -> None:
    shown = rows(1)
    texts = [text(row) for row in shown]
    assert texts[0] == " @@ 12 class Sessions:"
    assert texts[1] == "  12      def open(self, user: str) -> Session:"
    assert texts[2].startswith("● 13 ")
    assert texts[3] == "     │ a note"
    assert texts[4] == "  14 -        session.lasts(hours=24)"
    assert texts[6] == "  14 +        session.lasts(minutes=30)"
    assert {piece.ground for piece in shown[4]} == {"removed"}
    assert {piece.ground for piece in shown[6]} == {"added"}


def test_side_by_side_both_numbers_and_both_texts_stand_in_one_row() -> None:
    shown = [text(row) for row in rows(1, split=True, width=120)]
    assert "14 -        session.lasts(hours=24)" in shown[4]
    assert "│  14 +        session.lasts(minutes=30)" in shown[4]
