"""Tool calls as opencode 1.18.33 and Claude's adapter 0.49.0 told them."""

from collections.abc import Mapping

import msgspec
import pytest

from orchestra_server.agents.acp.messages import ToolCall
from orchestra_server.agents.acp.tool_call_names import CallState


def tool(*updates: Mapping[str, object]) -> tuple[str, dict[str, object]]:
    state = CallState("t-1", "/chamber")
    for update in updates:
        state.update(msgspec.convert(update, ToolCall))
    return state.tool()


def diff(path: str, old: str | None, new: str) -> dict[str, object]:
    return {"type": "diff", "path": path, "oldText": old, "newText": new}


EXECUTE: dict[str, object] = {"kind": "execute", "title": "touch made"}


@pytest.mark.parametrize(
    ("raw_input", "command"),
    [
        ({"command": "touch made", "cwd": "/chamber"}, "touch made"),
        ({"command": "git status", "cwd": "/else where"}, "cd '/else where' && git status"),
        ({"command": ["bash", "-lc", "ls; pwd"]}, "ls; pwd"),
        ({"command": ["git", "commit", "-m", "a b"]}, "git commit -m 'a b'"),
        ({}, "touch made"),
    ],
)
def test_a_command_is_shown_with_the_place_where_it_runs(
    raw_input: dict[str, object], command: str
) -> None:
    raw = msgspec.Raw(msgspec.json.encode(raw_input))
    assert tool({**EXECUTE, "rawInput": raw}) == ("Bash", {"command": command})


def test_a_change_of_a_file_has_its_texts() -> None:
    changed = {"kind": "edit", "content": [diff("/chamber/a.py", "x", "y")]}
    shown = {"file_path": "/chamber/a.py", "old_string": "x", "new_string": "y"}
    assert tool({"kind": "edit"}, changed) == ("Edit", shown)
    made = {"kind": "edit", "content": [diff("a.py", None, "y")]}
    assert tool(made) == ("Write", {"file_path": "/chamber/a.py", "content": "y"})


def test_a_change_of_several_files_is_a_tool_of_its_own() -> None:
    changed = {"kind": "edit", "content": [diff("a", "x", "y"), diff("/etc/b", "x", "y")]}
    assert tool(changed) == ("EditFiles", {"files": ["/chamber/a", "/etc/b"]})


def test_a_file_that_only_the_arguments_name_counts_beside_the_diffs() -> None:
    raw = msgspec.Raw(b'{"filePath":"/etc/passwd"}')
    changed = {"kind": "edit", "rawInput": raw, "content": [diff("a", "x", "y")]}
    assert tool(changed) == ("EditFiles", {"files": ["/chamber/a", "/etc/passwd"]})


OTHERS: list[tuple[Mapping[str, object], str, Mapping[str, object]]] = [
    ({"kind": "read", "locations": [{"path": "/chamber/a"}]}, "Read", {"file_path": "/chamber/a"}),
    (
        {"kind": "fetch", "rawInput": msgspec.Raw(b'{"url":"https://a.example"}')},
        "WebFetch",
        {"url": "https://a.example"},
    ),
    (
        {"kind": "switch_mode", "rawInput": msgspec.Raw(b'{"plan":"go"}')},
        "SwitchMode",
        {"plan": "go"},
    ),
    ({"rawInput": msgspec.Raw(b"3")}, "Other", {}),
]


@pytest.mark.parametrize(("call", "name", "arguments"), OTHERS)
def test_other_calls_have_the_names_of_their_kinds(
    call: Mapping[str, object], name: str, arguments: Mapping[str, object]
) -> None:
    assert tool(call) == (name, arguments)


def test_the_answer_of_a_tool_is_its_output_or_what_it_shows() -> None:
    state = CallState("t-1", "/chamber")
    shown = [{"type": "content", "content": {"type": "text", "text": "shown"}}]
    state.update(msgspec.convert({"content": shown}, ToolCall))
    assert state.words == "shown"
    state.update(ToolCall(raw_output=msgspec.Raw(b'"put out"')))
    assert state.words == "put out"
