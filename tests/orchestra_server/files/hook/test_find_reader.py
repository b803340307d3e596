import json
from pathlib import Path

import pytest

from orchestra_server.files.hook.find_reader import (
    binding_path,
    chamber_in,
    closed_mark,
    find_reader,
    first_chamber,
    load_chamber,
)
from orchestra_server.files.hook.json_files import Fields


@pytest.fixture
def main(tmp_path: Path) -> Path:
    for name in ("auth", "api"):
        root = tmp_path / "repo" / ".claude" / "worktrees" / name
        (root / ".claude" / "hooks").mkdir(parents=True)
        (root / ".git").touch()
        write_settings(root, {"mode": "chamber", "root": str(root), "chamber": name})
    return tmp_path / "repo"


def write_settings(root: Path, settings: Fields) -> None:
    (root / ".claude" / "hooks" / "interrupt_monitor.json").write_text(json.dumps(settings))


def chamber(main: Path, name: str = "auth") -> Path:
    return main / ".claude" / "worktrees" / name


def found_by(main: Path, payload: Fields) -> str:
    """Return the name of the chamber whose reader made a call to the main checkout's hook."""
    own: Fields = {"mode": "main", "root": str(main)}
    reader = find_reader(own, {"cwd": str(main), **payload}, "")
    return reader.name if reader else ""


@pytest.mark.parametrize(
    "words",
    [
        "{main}/.claude/worktrees/auth/src/a.py",
        "{main}/.claude/workspaces/auth",
        ".claude/worktrees/auth/a.py",
        "cd ./.claude/worktrees/auth && make",
        "cat '{main}/.claude/worktrees/auth/a.py'",
        "see {main}/.claude/worktrees/auth.",
    ],
)
def test_a_chamber_is_found_in_a_path_or_a_command(main: Path, words: str) -> None:
    assert chamber_in(words.replace("{main}", str(main)), str(main), str(main))["chamber"] == "auth"


@pytest.mark.parametrize(
    "words",
    [
        "/elsewhere/.claude/worktrees/auth",
        "{main}/.claude/worktrees/nobody",
        "{main}/.claude/worktrees/",
        "{main}/.claude/workers/auth",
        "",
    ],
)
def test_no_chamber_is_found_in_text_that_names_none(main: Path, words: str) -> None:
    assert chamber_in(words.replace("{main}", str(main)), str(main), "/") == {}


def test_a_chamber_is_found_through_a_symlink_to_the_repository(main: Path) -> None:
    link = main.parent / "link"
    link.symlink_to(main)
    words = f"cat {link}/.claude/worktrees/api/a.py"
    assert chamber_in(words, str(main), "/")["chamber"] == "api"


def test_the_first_chamber_in_nested_input_is_used(main: Path) -> None:
    value = {"deep": [1, {"path": f"{chamber(main, 'api')}/a"}], "b": f"{chamber(main)}/b"}
    assert first_chamber(value, str(main), str(main))["chamber"] == "api"  # pyright: ignore[reportArgumentType]
    assert first_chamber(7, str(main), str(main)) == {}


def test_settings_that_name_another_place_are_no_chamber(main: Path) -> None:
    write_settings(chamber(main), {"mode": "chamber", "root": "/elsewhere", "chamber": "auth"})
    assert load_chamber(str(chamber(main))) == {}
    assert load_chamber("") == {}


def test_a_chambers_own_hook_serves_its_session(main: Path) -> None:
    own: Fields = {"mode": "chamber", "root": str(chamber(main)), "chamber": "auth"}
    reader = find_reader(own, {"session_id": "s"}, "")
    assert reader is not None
    assert (reader.name, reader.takes_mail, reader.key) == ("auth", True, "s/")


def test_a_subagent_of_a_worker_does_not_take_its_mail(main: Path) -> None:
    own: Fields = {"mode": "chamber", "root": str(chamber(main)), "chamber": "auth"}
    reader = find_reader(own, {"agent_id": "inner"}, "")
    assert reader is not None
    assert not reader.takes_mail


def test_the_main_hook_serves_a_session_in_a_chamber_without_own_hooks(main: Path) -> None:
    assert found_by(main, {"cwd": str(chamber(main))}) == "auth"
    root = str(chamber(main))
    write_settings(
        chamber(main), {"mode": "chamber", "root": root, "chamber": "auth", "own_hooks": True}
    )
    assert found_by(main, {"cwd": root}) == ""


def test_the_conductor_has_no_reader(main: Path) -> None:
    assert found_by(main, {"tool_input": {"file_path": f"{chamber(main)}/a"}}) == ""


def test_a_subagent_stays_bound_to_the_chamber_of_its_first_path(main: Path) -> None:
    first: Fields = {"agent_id": "a", "tool_input": {"file_path": f"{chamber(main)}/a"}}
    later: Fields = {"agent_id": "a", "tool_input": {"file_path": f"{chamber(main, 'api')}/a"}}
    assert (found_by(main, first), found_by(main, later)) == ("auth", "auth")


def test_a_subagent_of_a_closed_chamber_is_told_that_it_is_closed(main: Path) -> None:
    agent: Fields = {"agent_id": "a", "tool_input": {"file_path": f"{chamber(main)}/a"}}
    assert found_by(main, agent) == "auth"
    Path(closed_mark(binding_path(str(main / ".claude" / "hooks"), "a"))).touch()
    own: Fields = {"mode": "main", "root": str(main)}
    reader = find_reader(own, {"cwd": str(main), **agent}, "")
    assert reader is not None
    assert reader.is_closed


def test_a_started_subagent_is_bound_by_its_briefing(main: Path) -> None:
    started: Fields = {
        "tool_input": {"prompt": f"Work in {chamber(main)}"},
        "tool_response": {"status": "async_launched", "agentId": "a-1"},
    }
    assert found_by(main, started) == "auth"
    assert found_by(main, {"agent_id": "a-1", "tool_input": {}}) == "auth"
