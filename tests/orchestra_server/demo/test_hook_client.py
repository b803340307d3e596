"""The demonstration's workers meet their hooks as an agent's client does."""

import json
import time
from pathlib import Path

import pytest

from orchestra_server.demo.hook_client import HookClient, HookResponse, read_output


def chamber_with(tmp_path: Path, event: str, *handlers: dict[str, object]) -> Path:
    settings = tmp_path / ".claude" / "settings.local.json"
    settings.parent.mkdir(parents=True)
    groups = [{"matcher": "*", "hooks": list(handlers)}]
    settings.write_text(json.dumps({"permissions": {"allow": []}, "hooks": {event: groups}}))
    return tmp_path


def test_a_hook_reads_the_event_on_its_stdin(tmp_path: Path) -> None:
    chamber = chamber_with(
        tmp_path, "PreToolUse", {"type": "command", "command": "cat > response.json"}
    )
    HookClient(chamber, "s1").call("PreToolUse", tool_name="Edit", tool_input={"file_path": "a"})
    response = json.loads((chamber / "response.json").read_text())
    assert response["hook_event_name"] == "PreToolUse"
    assert response["cwd"] == str(chamber)
    assert response["session_id"] == "s1"
    assert response["tool_input"] == {"file_path": "a"}


def test_a_handler_with_arguments_runs_without_a_shell(tmp_path: Path) -> None:
    chamber = chamber_with(
        tmp_path, "Stop", {"type": "command", "command": "touch", "args": ["$HOME; a file"]}
    )
    HookClient(chamber, "s1").call("Stop")
    assert (chamber / "$HOME; a file").is_file()


def test_an_asynchronous_handler_returns_nothing_and_is_awaited_only_at_the_end(
    tmp_path: Path,
) -> None:
    chamber = chamber_with(
        tmp_path,
        "PreToolUse",
        {"type": "command", "command": 'cat > late; echo \'{"decision":"block"}\'', "async": True},
    )
    client = HookClient(chamber, "s1")
    assert client.call("PreToolUse") == HookResponse()
    client.wait_for_background()
    assert (chamber / "late").is_file()


def test_a_hook_that_takes_too_long_is_ended_with_what_it_started(tmp_path: Path) -> None:
    waits = "sh -c 'sleep 90; true'; true"
    chamber = chamber_with(tmp_path, "PermissionRequest", {"type": "command", "command": waits})
    began = time.monotonic()
    assert HookClient(chamber, "s1").call("PermissionRequest", 0.2) == HookResponse()
    # A process of it that lived on would hold the output open.
    assert time.monotonic() - began < 60


def test_a_chamber_without_settings_has_no_hooks(tmp_path: Path) -> None:
    assert HookClient(tmp_path, "s1").call("PreToolUse") == HookResponse()


@pytest.mark.parametrize(
    ("printed", "response"),
    [
        (b"", HookResponse()),
        (b"not json", HookResponse()),
        (b'{"decision":"block","reason":"mail"}', HookResponse(denied=True, text="mail")),
        (
            b'{"hookSpecificOutput":{"permissionDecision":"deny","permissionDecisionReason":"no"}}',
            HookResponse(denied=True, text="no"),
        ),
        (
            b'{"hookSpecificOutput":{"additionalContext":"read this"}}',
            HookResponse(text="read this"),
        ),
        (
            b'{"hookSpecificOutput":{"decision":{"behavior":"deny","message":"not now"}}}',
            HookResponse(denied=True, text="not now"),
        ),
        (
            (
                b'{"hookSpecificOutput":{"decision":{"behavior":"allow",'
                b'"updatedInput":{"answers":{"How far?":"Two letters"}}}}}'
            ),
            HookResponse(answers={"How far?": "Two letters"}),
        ),
    ],
)
def test_the_output_of_a_hook_is_parsed_as_a_client_parses_it(
    printed: bytes, response: HookResponse
) -> None:
    assert read_output(printed) == response
