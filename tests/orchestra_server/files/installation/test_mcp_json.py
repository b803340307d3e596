import json

import pytest

from orchestra_core.errors import BadInput, Refused
from orchestra_server.files.installation.mcp_json import LAUNCHER, with_server, without_server

NAME = ".mcp.json"
OTHER = '{\n  "mcpServers": {\n    "docs": {"command": "docs"}\n  }\n}\n'


def test_our_entry_contains_no_path_of_this_machine() -> None:
    entry = json.loads(with_server("{}\n", NAME))["mcpServers"]["orchestration"]
    assert entry["command"] == "python3"
    assert entry["args"] == ["-I", f"${{CLAUDE_PROJECT_DIR:-.}}/{LAUNCHER.as_posix()}"]


def test_other_servers_are_kept_and_removing_ours_restores_the_file() -> None:
    text = with_server(OTHER, NAME)
    assert sorted(json.loads(text)["mcpServers"]) == ["docs", "orchestration"]
    assert without_server(text, NAME) == OTHER


def test_a_persons_variant_of_our_entry_is_kept() -> None:
    text = json.dumps(
        {"mcpServers": {"orchestration": {"command": "uv", "args": ["run", LAUNCHER.as_posix()]}}}
    )
    assert with_server(text, NAME) == text


@pytest.mark.parametrize("entry", [{"command": "theirs"}, {"args": "x"}, {"args": [1]}, "x"])
def test_a_foreign_server_under_our_name_is_refused_and_never_removed(
    entry: object,
) -> None:
    text = json.dumps({"mcpServers": {"orchestration": entry}})
    assert without_server(text, NAME) == text
    with pytest.raises(Refused, match="another server called 'orchestration'"):
        with_server(text, NAME)


def test_a_server_list_that_is_not_an_object_is_a_one_line_error() -> None:
    with pytest.raises(BadInput, match=r"\.mcp\.json"):
        with_server('{"mcpServers": []}', NAME)


def test_removing_our_only_entry_removes_the_empty_object() -> None:
    assert json.loads(without_server(with_server('{"a": 1}\n', NAME), NAME)) == {"a": 1}
