"""`orchestra init --agent`: what another agent's client reads in the main checkout."""

import json
import sys
from pathlib import Path

import pytest

from orchestra_server.files.installation.install import initialise, undo
from tests.support.git.repositories import TestRepository, small_repository

PYTHON = Path(sys.executable)
PLACE = ".codex/hooks.json"
MINE = '{"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "say done"}]}]}}\n'


@pytest.fixture
def repo(tmp_path: Path) -> TestRepository:
    return small_repository((tmp_path / "repo").resolve())


def test_init_writes_hooks_for_codex_that_git_ignores_and_undo_removes(
    repo: TestRepository,
) -> None:
    lines = initialise(repo.path, PYTHON, agents=["codex"])
    assert f"{PLACE}: hooks for codex added" in lines
    assert set(json.loads(repo.read(PLACE))["hooks"]) >= {"PreToolUse", "Stop"}
    assert repo.status == ""
    assert initialise(repo.path, PYTHON, agents=["codex"]) == []
    undo(repo.path)
    assert not (repo.path / ".codex").exists()
    assert repo.status == ""


def test_the_users_own_hooks_stay_visible_to_git_and_survive_undo(
    repo: TestRepository,
) -> None:
    repo.write(PLACE, MINE)
    initialise(repo.path, PYTHON, agents=["codex"])
    theirs, ours = json.loads(repo.read(PLACE))["hooks"]["Stop"]
    assert theirs["hooks"][0]["command"] == "say done"
    assert "interrupt_monitor" in ours["hooks"][0]["command"]
    assert repo.status == f"?? {PLACE}"
    undo(repo.path)
    assert repo.read(PLACE) == MINE
