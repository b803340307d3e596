"""Colours of a language in a diff."""

from orchestra_tui.presentation.review.diff_lines import DiffLine
from orchestra_tui.presentation.review.syntax import BLOCK, Syntax


def added(*texts: str) -> list[DiffLine]:
    return [DiffLine("+", text, 0, number) for number, text in enumerate(texts, start=1)]


def test_words_of_the_language_have_tones_and_the_text_stays_whole() -> None:
    syntax = Syntax("a.py", added("def f(x):", '\treturn "é" + 12  # why', ""))
    assert syntax.spans(0)[:3] == (("def", "keyword"), (" ", "plain"), ("f", "name"))
    tones = dict(syntax.spans(1))
    assert (tones["return"], tones["12"], tones["# why"]) == ("keyword", "number", "comment")
    assert "".join(text for text, _ in syntax.spans(1)) == '    return "é" + 12  # why'
    assert syntax.spans(2) == ()


def test_removed_and_added_lines_are_read_apart() -> None:
    lines = [
        DiffLine("-", 'x = """', 1, 0),
        DiffLine("+", "x = 1", 0, 1),
        DiffLine(" ", "return x", 2, 2),
    ]
    syntax = Syntax("a.py", lines)
    assert ("return", "keyword") in syntax.spans(2)
    assert syntax.spans(0)[-1] == ('"""', "text")


def test_a_text_that_began_before_the_block_is_known() -> None:
    lines = added(*["x = 1"] * (BLOCK - 1), '"""', "return", '"""')
    assert Syntax("a.py", lines).spans(BLOCK)[0] == ("return", "text")


def test_an_unknown_language_and_a_very_long_line_are_plain() -> None:
    assert Syntax("a.unknown-kind", added("def f():")).spans(0) == (("def f():", "plain"),)
    long = "x = 1;" * 1_000
    assert Syntax("a.py", added(long)).spans(0) == ((long, "plain"),)
