"""Text made to measure in terminal cells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from orchestra_tui.presentation.rows.cells import Align, Cell, Column, Line
from orchestra_tui.presentation.text_fit import (
    arrange,
    cut_line,
    fit,
    inert,
    line_width,
    plain,
    split_cell,
    text_lines,
    wrap,
    wrap_line,
)

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)


@pytest.mark.parametrize(
    ("text", "width", "fitted"),
    [
        ("auth", 6, "auth  "),
        ("authentication", 6, "authe…"),
        ("auth", 4, "auth"),
        ("日本語", 6, "日本語"),
        ("日本語", 5, "日本…"),
        ("日本語", 4, "日… "),
        ("e\u0301te\u0301", 3, "e\u0301te\u0301"),
        ("a", 0, ""),
        ("ab", 1, "…"),
        ("two words", 5, "two… "),
    ],
)
def test_a_text_is_padded_or_cut_to_its_column(text: str, width: int, fitted: str) -> None:
    assert fit(text, width) == fitted


def test_numbers_are_aligned_to_the_right() -> None:
    assert fit("42s", 5, "right") == "  42s"


@given(ANY_TEXT, st.integers(0, 40), st.sampled_from(["left", "right"]))
def test_any_text_takes_exactly_the_width_of_its_column(
    text: str, width: int, align: Align
) -> None:
    fitted = fit(text, width, align)
    assert cell_len(fitted) == width
    assert sum(map(cell_len, fitted)) == width


@given(ANY_TEXT)
def test_control_characters_are_removed_from_any_text(text: str) -> None:
    shown = inert(text)
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in shown)
    assert not any("\u202a" <= character <= "\u202e" for character in shown)
    shown.encode()


def test_escape_sequences_and_joined_emoji_are_reduced_to_characters_of_known_width() -> None:
    assert inert("\x1b[31mred\x1b[0m\x1b]0;title\x07") == "red"
    assert inert("👩\u200d💻 ✉\ufe0f 👍🏽") == "👩💻 ✉ 👍"


def test_an_agents_text_is_folded_into_one_line() -> None:
    assert plain("  one\n\ttwo   three ") == "one two three"


def test_markup_is_shown_as_text() -> None:
    assert plain("[bold red]x[/]") == "[bold red]x[/]"


def test_a_line_is_cut_inside_the_cell_that_crosses_the_edge() -> None:
    line: Line = (Cell("14:03"), Cell("  authentication", "accent"), Cell("gone"))
    assert cut_line(line, 10) == (Cell("14:03"), Cell("  au…", "accent"))
    assert cut_line(line, 5) == (Cell("14:03"),)


COLUMNS = (
    Column(title="", width=1, gap=1),
    Column(title="name", width=10, flex=1),
    Column(title="work", width=10, flex=2),
    Column(title="few", width=3, until=40),
    Column(title="age", width=5, since=40),
)


def test_remaining_width_goes_to_the_flexible_columns() -> None:
    widths = arrange(COLUMNS, 61)
    assert widths == (1, 20, 30, 0, 5)
    assert sum(widths) + 1 + 2 + 2 == 61


def test_a_column_is_shown_only_in_a_table_of_its_minimum_width() -> None:
    assert arrange(COLUMNS, 39)[3:] == (3, 0)
    assert arrange(COLUMNS, 40)[3:] == (0, 5)


@given(st.integers(10, 300))
def test_columns_never_exceed_the_width_of_the_table(available: int) -> None:
    widths = arrange(COLUMNS, available)
    shown = [at for at, width in enumerate(widths) if width]
    gaps = sum(COLUMNS[at].gap for at in shown[:-1])
    assert sum(widths) + gaps <= available


def test_text_is_wrapped_between_words_and_keeps_its_lines_and_indents() -> None:
    assert wrap("one two three\n  four five six", 10) == [
        "one two ",
        "three",
        "  four ",
        "  five six",
    ]


def test_a_word_without_a_place_to_break_is_broken_anywhere() -> None:
    assert wrap("a/very/long/path", 6) == ["a/very", "/long/", "path"]
    assert wrap("日本語です", 5) == ["日本", "語で", "す"]


def test_a_wrapped_value_is_aligned_below_itself() -> None:
    line: Line = (Cell("path  ", "muted"), Cell("one two three"))
    assert wrap_line(line, 14) == [
        (Cell("path  ", "muted"), Cell("one two ")),
        (Cell("      three"),),
    ]


@given(ANY_TEXT, st.integers(2, 30))
def test_no_wrapped_line_is_wider_than_asked_for(text: str, width: int) -> None:
    for line in text_lines(text):
        for part in wrap_line((Cell("to ", "muted"), *line), width):
            assert line_width(part) <= width


@given(ANY_TEXT, st.lists(ANY_TEXT, max_size=2), st.integers(1, 30))
def test_a_split_text_goes_on_where_its_first_line_ends(
    text: str, badges: list[str], width: int
) -> None:
    cell = Cell(text, badges=tuple(map(Cell, badges)))
    first, rest = split_cell(cell, width)
    assert plain(first.text + rest.text).replace(" ", "") == plain(text).replace(" ", "")
    assert (first.badges, rest.badges) in {(cell.badges, ()), ((), cell.badges)}


def test_badges_stand_behind_the_whole_of_a_text_that_is_split() -> None:
    cell = Cell("permission: Bash: pip install httpx", badges=(Cell("enter: allow or deny"),))
    first, rest = split_cell(cell, 22)
    assert (first, rest.text) == (Cell("permission: Bash: pip "), "install httpx")
    assert rest.badges == cell.badges
    first, rest = split_cell(cell, 40)  # the text alone fits
    assert (first, rest) == (Cell(cell.text), Cell("", badges=cell.badges))


def test_badges_without_a_text_need_one_line_however_wide_they_are() -> None:
    cell = Cell("", badges=(Cell("hook not verified"),))
    assert split_cell(cell, 8) == (cell, Cell(""))


def test_an_empty_text_has_no_lines() -> None:
    assert text_lines("") == []
    assert text_lines("a\n\nb") == [(Cell("a"),), (Cell(""),), (Cell("b"),)]
