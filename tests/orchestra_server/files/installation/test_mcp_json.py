import json

import pytest

from orchestra_core.errors import BadInput, Refused
from orchestra_server.files.installation.mcp_json import LAUNCHER, with_server, without_server

NAME = ".mcp.json"
OTHER = '{\n  "mcpServers": {\n    "docs": {"command": "docs"}\n  }\n}\n'


def test_the_entry_names_nothing_of_one_machine() -> None:
    entry = json.loads(with_server("{}\n", NAME))["mcpServers"]["orchestration"]
    assert entry["command"] == "python3"
    assert entry["args"] == ["-I", f"${{CLAUDE_PROJECT_DIR:-.}}/{LAUNCHER.as_posix()}"]


def test_other_servers_stay_and_taking_ours_out_gives_the_file_back() -> None:
    text = with_server(OTHER, NAME)
    assert sorted(json.loads(text)["mcpServers"]) == ["docs", "orchestration"]
    assert without_server(text, NAME) == OTHER


def test_an_entry_that_starts_our_launcher_in_another_way_is_kept() -> None:
    text = json.dumps(
        {"mcpServers": {"orchestration": {"command": "uv", "args": ["run", LAUNCHER.as_posix()]}}}
    )
    assert with_server(text, NAME) == text


@pytest.mark.parametrize("entry", [{"command": "theirs"}, {"args": "x"}, {"args": [1]}, "x"])
def test_a_server_of_somebody_else_under_our_name_is_refused_and_never_removed(
    entry: object,
) -> None:
    text = json.dumps({"mcpServers": {"orchestration": entry}})
    assert without_server(text, NAME) == text
    with pytest.raises(Refused, match="another server called 'orchestration'"):
        with_server(text, NAME)


def test_servers_that_are_no_object_are_one_line() -> None:
    with pytest.raises(BadInput, match=r"\.mcp\.json"):
        with_server('{"mcpServers": []}', NAME)


def test_the_object_that_held_ours_alone_goes_too() -> None:
    assert json.loads(without_server(with_server('{"a": 1}\n', NAME), NAME)) == {"a": 1}
