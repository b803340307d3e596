"""The beginning of JSON, cut at any place: what is there is read, and nothing is made up."""

import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestra_server.files.hook.cut_report import KEPT_BYTES, completions, parse_report
from orchestra_server.files.hook.json_files import Json, object_of, parse

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def padded(payload: Mapping[str, object], name: str, character: str = "x") -> bytes:
    """Return an object as JSON whose last member makes it longer than what is kept."""
    return json.dumps({**payload, name: character * KEPT_BYTES}).encode()


@pytest.mark.parametrize("character", ["x", '"', "\\", "\n", "é", "𝄞", "\ud834"])
def test_of_a_long_report_the_members_before_the_cut_are_read(character: str) -> None:
    first = {"session_id": "s-1", "cwd": "/shop", "tool_input": {"file_path": "a.py"}}
    cut = padded(first, "last_assistant_message", character)[:KEPT_BYTES]
    read = object_of(parse_report(cut))
    last = read.pop("last_assistant_message")
    assert isinstance(last, str)
    assert len(last) > 5_000
    assert set(last) == {character}
    assert read == first


def test_a_long_member_of_a_call_leaves_what_is_before_it() -> None:
    call: dict[str, object] = {"file_path": "a.py", "content": "x" * KEPT_BYTES}
    whole = json.dumps({"tool_name": "Write", "tool_input": call, "tool_use_id": "t-1"})
    read = object_of(parse_report(whole.encode()[:KEPT_BYTES]))
    assert sorted(read) == ["tool_input", "tool_name"]
    assert object_of(read["tool_input"])["file_path"] == "a.py"


@pytest.mark.parametrize("size", [KEPT_BYTES - 1, KEPT_BYTES + 1])
def test_what_is_still_being_written_is_not_read(size: int) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - as of any text that is no JSON
        parse_report(padded({}, "content")[:size])


def test_a_report_that_is_as_long_as_what_is_kept_is_read_whole() -> None:
    whole = padded({}, "content")
    shorter = json.dumps({"content": "x" * (2 * KEPT_BYTES - len(whole))}).encode()
    assert len(shorter) == KEPT_BYTES
    assert parse_report(shorter) == json.loads(shorter)


@given(_VALUES, st.data())
def test_json_that_is_cut_anywhere_becomes_json_again(value: object, data: st.DataObject) -> None:
    whole = json.dumps({"all": value}, ensure_ascii=data.draw(st.booleans()))
    cut = whole[: data.draw(st.integers(1, len(whole)))]
    candidates = list[Json]()
    for candidate in completions(cut):
        try:
            candidates.append(parse(candidate.encode("utf-8", "surrogatepass")))
        except ValueError:
            continue
    assert candidates, f"no completion of {cut!r} is JSON"
    assert isinstance(candidates[0], dict)
