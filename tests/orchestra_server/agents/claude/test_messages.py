"""The texts and sums in Claude Code's messages, and the lines that it is sent."""

import json

import msgspec
import pytest

from orchestra_server.agents.claude.messages import (
    ApiMessage,
    Block,
    ClientMessage,
    SignIn,
    TokenCounts,
    control,
    failure,
    success,
    user_message,
)


def test_the_words_of_a_result_are_those_of_all_its_blocks() -> None:
    said = Block("text", text="Two lines,\nand")
    assert said.words == "Two lines,\nand"
    assert Block("tool_result", content="a.py").words == "a.py"
    assert Block("tool_result", content=[said, Block("text", text="more.")]).words == (
        "Two lines,\nand\nmore."
    )
    assert Block("tool_result", content=[]).words == ""


def test_a_message_that_is_only_a_text_is_one_block() -> None:
    assert ApiMessage("Hello.").blocks == [Block("text", text="Hello.")]
    assert ApiMessage([Block("image")]).blocks == [Block("image")]


def test_the_context_window_holds_what_was_read_written_and_answered() -> None:
    used = TokenCounts(
        input_tokens=1, output_tokens=20, cache_read_input_tokens=300,
        cache_creation_input_tokens=4_000,
    )  # fmt: skip
    assert used.context == 4_321


@pytest.mark.parametrize(
    ("account", "is_signed_in"),
    [
        (SignIn(), False),
        (SignIn(token_source="none"), False),
        (SignIn(token_source="none", api_provider="firstParty"), False),
        (SignIn(token_source="claude.ai"), True),
        (SignIn(api_key_source="ANTHROPIC_API_KEY"), True),
        (SignIn(api_provider="bedrock"), True),
    ],
)
def test_requests_can_be_made_with_a_token_a_key_or_another_provider(
    account: SignIn, *, is_signed_in: bool
) -> None:
    assert account.is_signed_in is is_signed_in


def test_fields_that_are_not_known_are_skipped_and_those_that_lack_are_empty() -> None:
    line = b'{"type":"result","new_in_a_later_version":{"x":[1]},"total_cost_usd":null}'
    assert msgspec.json.decode(line, type=ClientMessage) == ClientMessage("result")


def test_a_control_request_carries_its_fields_beside_its_subtype() -> None:
    assert json.loads(control("r-1", "set_model", model="opus")) == {
        "type": "control_request",
        "request_id": "r-1",
        "request": {"subtype": "set_model", "model": "opus"},
    }


def test_an_answer_to_the_client_is_a_success_or_an_error() -> None:
    assert json.loads(success("r-1", {"behavior": "allow"}))["response"] == {
        "subtype": "success", "request_id": "r-1", "response": {"behavior": "allow"},
    }  # fmt: skip
    assert json.loads(failure("r-2", "not understood"))["response"] == {
        "subtype": "error", "request_id": "r-2", "error": "not understood",
    }  # fmt: skip


def test_a_prompt_is_one_line_whatever_its_text() -> None:
    line = user_message("Begin.\nThen go on.", "u-1")
    assert b"\n" not in line
    sent = json.loads(line)
    assert (sent["type"], sent["uuid"]) == ("user", "u-1")
    assert sent["message"] == {"role": "user", "content": "Begin.\nThen go on."}
