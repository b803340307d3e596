"""Colours of a language in a diff."""

from collections.abc import Sequence

import pytest
from pygments.lexer import Lexer

from orchestra_tui.presentation.review import syntax as syntax_module
from orchestra_tui.presentation.review.diff_lines import DiffLine
from orchestra_tui.presentation.review.syntax import BLOCK, Spans, Syntax


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


def test_a_screen_far_down_is_coloured_from_its_first_line_and_upwards_by_blocks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lexed: list[int] = []

    def count(lexer: Lexer, texts: Sequence[str]) -> list[Spans]:
        lexed.append(len(texts))
        return real(lexer, texts)

    real = syntax_module.lexed_lines
    monkeypatch.setattr(syntax_module, "lexed_lines", count)
    syntax = Syntax("a.py", added(*["return 1"] * 1_000))
    for at in range(960, 1_000):
        assert syntax.spans(at)[0] == ("return", "keyword")
    assert len(lexed) == 1
    for at in range(959, 959 - BLOCK, -1):
        assert syntax.spans(at)[0] == ("return", "keyword")
    assert len(lexed) == 2


def test_an_unknown_language_and_a_very_long_line_are_plain() -> None:
    assert Syntax("a.unknown-kind", added("def f():")).spans(0) == (("def f():", "plain"),)
    long = "x = 1;" * 1_000
    assert Syntax("a.py", added(long)).spans(0) == ((long, "plain"),)
