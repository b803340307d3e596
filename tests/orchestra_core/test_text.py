import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestra_core.errors import BadInput
from orchestra_core.text import clean, one_line, optional, quoted, required

ANYTHING = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain [b]text[/b] é ☃", "plain [b]text[/b] é ☃"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b[?1049h\x1b[2J\x1b[1;5Hhidden", "hidden"),
        ("\x1b]0;a title\x07text", "text"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bMup", "up"),
        ("\x9b31mred", "red"),
        ("nul\x00bell\x07back\x08", "nulbellback"),
        ("tab\tand\nline", "tab\tand\nline"),
        ("dos\r\nmac\runix\n", "dos\nmac\nunix\n"),
        ("\u202eevil\u202c \u2066x\u2069 \u200f\u061c", "evil x "),
        ("lone \ud800 half", "lone \ufffd half"),
        ("", ""),
    ],
)
def test_cleaning_keeps_the_words_and_removes_what_controls_a_terminal(
    text: str, expected: str
) -> None:
    assert clean(text) == expected


@given(ANYTHING)
def test_any_text_becomes_valid_utf_8_without_control_characters(text: str) -> None:
    cleaned = clean(text)

    assert all(sign.isprintable() or sign in "\n\t" or ord(sign) > 0x9F for sign in cleaned)
    assert msgspec.json.decode(msgspec.json.encode(cleaned)) == cleaned
    assert "\x1b" not in cleaned


@given(ANYTHING, st.integers(2, 40))
def test_one_line_returns_a_single_line_within_the_limit(text: str, limit: int) -> None:
    line = one_line(text, limit)

    assert "\n" not in line
    assert len(line) <= limit


def test_a_line_over_the_limit_ends_with_an_ellipsis() -> None:
    assert one_line("a  b\n\tc", 10) == "a b c"
    assert one_line("abcdefgh", 5) == "abcd…"


def test_a_required_text_is_cleaned_and_stripped() -> None:
    assert required("description", "  \x1b[1mAdd\x1b[0m a login \n", 100) == "Add a login"


@pytest.mark.parametrize("text", ["", "  \n", "\x1b[31m", "\u202e"])
def test_an_empty_required_text_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="description is empty"):
        required("description", text, 100)


def test_the_error_for_a_long_text_names_its_length_and_the_limit() -> None:
    with pytest.raises(BadInput, match="description has 1,000,000 characters and at most 20,000"):
        required("description", "x" * 1_000_000, 20_000)


def test_an_optional_text_may_be_empty() -> None:
    assert optional("impact", " \n", 10) == ""
    assert optional("impact", " x ", 10) == "x"
    with pytest.raises(BadInput):
        optional("impact", "x" * 11, 10)


def test_every_line_of_a_quoted_text_is_marked_whatever_its_line_ending() -> None:
    assert quoted("a\n\nb\r\nc\u2028d\x0ce\x85f\x1b[31m\u202eg") == (
        "> a\n> \n> b\n> c\n> d\n> e\n> f" + "g"
    )
    assert quoted("") == "> "
