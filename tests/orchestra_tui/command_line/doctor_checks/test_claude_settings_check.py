"""What `orchestra doctor` says of settings that switch us off."""

import json
from pathlib import Path

import pytest

from orchestra_core.project import find_project
from orchestra_tui.command_line.doctor_checks import claude_settings_check
from orchestra_tui.command_line.doctor_checks.claude_settings_check import (
    check_claude_settings,
    settings_checks,
    trust_checks,
)
from tests.support.git.repositories import small_repository


@pytest.mark.parametrize(
    ("settings", "verdict", "named"),
    [
        ({"disableAllHooks": True}, "fail", "disableAllHooks"),
        ({"allowManagedHooksOnly": True}, "fail", "allowManagedHooksOnly"),
        ({"disabledMcpjsonServers": ["x", "orchestration"]}, "fail", "disabledMcpjsonServers"),
        ({"permissions": {"deny": ["mcp__orchestration"]}}, "fail", "mcp__orchestration"),
        (
            {"permissions": {"deny": ["Bash", "mcp__orchestration__complete_task"]}},
            "fail",
            "mcp__orchestration__complete_task",
        ),
        ({"permissions": {"defaultMode": "auto"}}, "note", "defaultMode is auto"),
    ],
)
def test_what_switches_us_off_is_named_with_its_file_and_its_cure(
    settings: dict[str, object], verdict: str, named: str
) -> None:
    (check,) = settings_checks(settings, "/home/eva/.claude/settings.json")
    assert check.verdict == verdict
    assert check.found.startswith("/home/eva/.claude/settings.json: ")
    assert named in check.found
    assert check.mend


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"disableAllHooks": False, "disabledMcpjsonServers": ["linear"]},
        {"permissions": {"deny": ["Bash(rm:*)", "mcp__orchestrations", 7]}},
        {"permissions": {"defaultMode": "acceptEdits"}},
        {"permissions": [], "disabledMcpjsonServers": "orchestration"},
    ],
)
def test_settings_that_let_us_work_are_not_named(settings: dict[str, object]) -> None:
    assert list(settings_checks(settings, "settings.json")) == []


def test_a_folder_that_the_client_does_not_trust_is_a_note() -> None:
    state = {"projects": {"/shop": {"hasTrustDialogAccepted": False}}}
    (check,) = trust_checks(state, "/home/eva/.claude.json", "/shop")
    assert check.verdict == "note"
    assert "is not trusted" in check.found
    state["projects"]["/shop"]["hasTrustDialogAccepted"] = True
    assert list(trust_checks(state, "/home/eva/.claude.json", "/shop")) == []
    assert list(trust_checks(state, "/home/eva/.claude.json", "/never/opened")) == []


@pytest.mark.parametrize("place", ["home", "config", "project", "local", "managed"])
def test_every_settings_file_that_counts_is_read(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = find_project(small_repository(tmp_path / "shop").path)
    files = {
        "home": tmp_path / "home" / ".claude" / "settings.json",
        "config": tmp_path / "config" / "settings.json",
        "project": project.root / ".claude" / "settings.json",
        "local": project.root / ".claude" / "settings.local.json",
        "managed": tmp_path / "managed-settings.json",
    }
    monkeypatch.setattr(claude_settings_check, "_MANAGED", files["managed"])
    environ = {"HOME": str(tmp_path / "home")}
    if place == "config":
        environ["CLAUDE_CONFIG_DIR"] = str(tmp_path / "config")
    assert check_claude_settings(project, environ) == []
    files[place].parent.mkdir(parents=True, exist_ok=True)
    files[place].write_text(json.dumps({"disableAllHooks": True}))
    (check,) = check_claude_settings(project, environ)
    assert check.found.startswith(str(files[place]))


def test_a_settings_file_that_is_not_json_says_nothing_here(tmp_path: Path) -> None:
    project = find_project(small_repository(tmp_path / "shop").path)
    (project.root / ".claude").mkdir()
    (project.root / ".claude" / "settings.json").write_text("{")
    assert check_claude_settings(project, {"HOME": str(tmp_path)}) == []
