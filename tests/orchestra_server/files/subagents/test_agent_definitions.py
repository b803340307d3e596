"""An agent's definition may ask for a worktree, in the project or of the person."""

from pathlib import Path

import pytest

from orchestra_server.files.subagents.agent_definitions import defines_worktree


def define(place: Path, text: str, name: str = "fixer.md") -> None:
    folder = place / ".claude" / "agents" / "team"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)


@pytest.mark.parametrize("where", ["project", "home"])
def test_a_definition_with_isolation_is_found_by_its_name(tmp_path: Path, where: str) -> None:
    define(tmp_path / where, "---\nname: fixer\nisolation: worktree\n---\nYou fix.\n")
    define(tmp_path / where, "---\nname: reader\n---\nisolation: none\n", "reader.md")
    project, home = str(tmp_path / "project"), str(tmp_path / "home")
    assert defines_worktree("fixer", project, home)
    assert not defines_worktree("reader", project, home)
    assert not defines_worktree("fix", project, home)
    assert not defines_worktree("", project, home)


def test_without_definitions_no_agent_asks_for_one(tmp_path: Path) -> None:
    assert not defines_worktree("fixer", str(tmp_path), "")
