"""In which line a key of a TOML file stands."""

import tomllib

import pytest

from orchestra_core.configuration.toml_line_numbers import (
    leaves,
    line_numbers,
    line_of_fault,
    words_of_fault,
)

TEXT = '''\
# a comment
top = 1

[limits]
unread = 5

many = [
  1,
  # in between
  2,
]
text = """
a = 3
"""
"dotted.name" = 4
a.b.c = 5
inline = { x = 1, y = 2 }

[empty]
'''


def test_each_value_has_the_line_in_which_its_key_begins() -> None:
    assert line_numbers(TEXT) == {
        ("top",): 2,
        ("limits", "unread"): 5,
        ("limits", "many"): 6 + 1,
        ("limits", "text"): 12,
        ("limits", "dotted.name"): 15,
        ("limits", "a", "b", "c"): 16,
        ("limits", "inline", "x"): 17,
        ("limits", "inline", "y"): 17,
        ("empty",): 19,
    }


def test_an_empty_table_is_a_value_of_its_own() -> None:
    assert list(leaves({"a": {"b": {}}, "c": 1})) == [(("a", "b"), {}), (("c",), 1)]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a = 1\nb =\n", 2, "invalid value"),
        ("a = 1\n[x]\n[x]\n", 3, "cannot declare ('x',) twice"),
        ('a = """\n\n', 2, "unterminated string"),
    ],
)
def test_a_syntax_error_has_its_line_and_its_words(text: str, line: int, words: str) -> None:
    with pytest.raises(tomllib.TOMLDecodeError) as caught:
        tomllib.loads(text)
    assert line_of_fault(text, caught.value) == line
    assert words_of_fault(caught.value) == words
