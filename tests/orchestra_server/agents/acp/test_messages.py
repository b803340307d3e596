"""What is read of the messages of the Agent Client Protocol, whatever an agent puts into them."""

import json

import msgspec
import pytest

from orchestra_core.errors import Refused
from orchestra_server.agents.acp import messages
from orchestra_server.agents.acp.messages import RpcError, ToolContent


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"", "Internal error"), (b"null", "Internal error"),
     (b'{"details":"no disk"}', 'Internal error: {"details":"no disk"}'),
     (b'"caf\xe9"', 'Internal error: "caf\ufffd"')],
)  # fmt: skip
def test_an_error_is_worded_with_its_details(data: bytes, words: str) -> None:
    assert RpcError(message="Internal error", data=msgspec.Raw(data)).words == words


def test_the_words_of_a_block_are_those_of_the_block_within() -> None:
    inner = ToolContent(type="text", text="a.py")
    assert inner.words == "a.py"
    assert ToolContent(type="content", content=inner).words == "a.py"


@pytest.mark.parametrize("raw", [b"", b"3", b"[1]", b'"text"', b"{", b"null"])
def test_a_value_that_is_not_an_object_has_no_fields(raw: bytes) -> None:
    assert messages.fields_of(msgspec.Raw(raw)) == {}
    assert messages.fields_of(msgspec.Raw(b'{"a":[1]}')) == {"a": [1]}


@pytest.mark.parametrize("raw", [b"", b"3", b"{}", b"null"])
def test_a_value_that_is_not_a_text_is_empty(raw: bytes) -> None:
    assert messages.text_of(msgspec.Raw(raw)) == ""
    assert messages.text_of(msgspec.Raw(b'"a.py"')) == "a.py"


def test_a_part_that_is_not_as_the_protocol_has_it_is_refused_with_a_cure() -> None:
    with pytest.raises(Refused, match=r"does not speak its protocol: .*; update it"):
        messages.decoded(msgspec.Raw(b'{"stopReason":3}'), messages.PromptEnd)
    end = messages.decoded(msgspec.Raw(b'{"stopReason":"end_turn","x":1}'), messages.PromptEnd)
    assert end.stop_reason == "end_turn"


def test_a_call_has_a_number_and_a_notification_none() -> None:
    assert json.loads(messages.request(3, "session/new", {"cwd": "/c"})) == {
        "jsonrpc": "2.0", "id": 3, "method": "session/new", "params": {"cwd": "/c"},
    }  # fmt: skip
    assert json.loads(messages.notification("session/cancel", {})) == {
        "jsonrpc": "2.0", "method": "session/cancel", "params": {},
    }  # fmt: skip


@pytest.mark.parametrize("number", [0, 7, "a", None])
def test_an_answer_has_the_number_of_its_call(number: int | str | None) -> None:
    assert json.loads(messages.response(number, {}))["id"] == number
    failed = json.loads(messages.failure(number, -32601, "not offered"))
    assert (failed["id"], failed["error"]) == (number, {"code": -32601, "message": "not offered"})


def test_files_and_terminals_are_not_offered() -> None:
    offered = messages.initialize()["clientCapabilities"]
    assert offered == {"fs": {"readTextFile": False, "writeTextFile": False}, "terminal": False}
