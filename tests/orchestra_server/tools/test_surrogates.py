import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestra_server.tools.surrogates import Json, mended, mended_json, mended_object


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (r'"a\ud800b"', "a\ufffdb"),
        (r'"a\uDC00b"', "a\ufffdb"),
        (r'"\ud83d\ude00"', "\U0001f600"),
        (r'"\ud83d\ud83d\ude00"', "\ufffd\U0001f600"),
        (r'"\\ud800"', r"\ud800"),
        (r'"\\\ud800"', "\\\ufffd"),
        (r'"plain é"', "plain é"),
    ],
)
def test_a_lone_surrogate_escape_becomes_a_replacement_and_all_else_stays(
    line: str, text: str
) -> None:
    assert json.loads(mended_json(line)) == text


@given(st.text(alphabet=st.characters(codec=None) | st.sampled_from("\\u\ud800\udc00d8")))
def test_what_json_spells_comes_out_as_valid_unicode(text: str) -> None:
    read: object = json.loads(mended_json(json.dumps(text)))
    assert read == mended(text)


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_valid_text_is_left_alone(text: str) -> None:
    assert mended(text) == text


def test_every_text_of_the_arguments_is_mended_keys_included() -> None:
    arguments: dict[str, Json] = {"a\ud800": ["b\udfff", {"c": "d\ud800"}, 1, None, True]}
    assert mended_object(arguments) == {"a\ufffd": ["b\ufffd", {"c": "d\ufffd"}, 1, None, True]}
