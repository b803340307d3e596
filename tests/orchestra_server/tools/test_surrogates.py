import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestra_core.replies.completion import PlannedCommit
from orchestra_server.tools.surrogates import (
    Json,
    replace_surrogates,
    replace_surrogates_in_json,
    replace_surrogates_in_object,
    without_surrogates,
)


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
def test_a_lone_surrogate_escape_is_replaced_and_all_else_is_kept(line: str, text: str) -> None:
    assert json.loads(replace_surrogates_in_json(line)) == text


@given(st.text(alphabet=st.characters(codec=None) | st.sampled_from("\\u\ud800\udc00d8")))
def test_any_json_text_decodes_to_valid_unicode(text: str) -> None:
    read: object = json.loads(replace_surrogates_in_json(json.dumps(text)))
    assert read == replace_surrogates(text)


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_valid_text_is_not_changed(text: str) -> None:
    assert replace_surrogates(text) == text


def test_surrogates_are_replaced_in_every_text_of_an_object_keys_included() -> None:
    arguments: dict[str, Json] = {"a\ud800": ["b\udfff", {"c": "d\ud800"}, 1, None, True]}
    assert replace_surrogates_in_object(arguments) == {
        "a\ufffd": ["b\ufffd", {"c": "d\ufffd"}, 1, None, True]
    }


async def test_a_reply_names_a_file_that_is_not_utf8_in_valid_unicode() -> None:
    @without_surrogates
    async def planned(*names: str) -> list[PlannedCommit]:
        return [PlannedCommit(chamber="auth", files=list(names), count=len(names))]

    assert await planned("caf\udce9.py", "é.py") == [
        PlannedCommit(chamber="auth", files=["caf\ufffd.py", "é.py"], count=2)
    ]
