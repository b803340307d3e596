import sys
from pathlib import Path

import pytest

from orchestra_core.project import Project, find_project
from orchestra_server.files.installation.install import initialise
from orchestra_server.files.installation.installed_files import SETTINGS
from orchestra_server.files.installation.mcp_json import LAUNCHER, MCP_JSON
from orchestra_tui.command_line.doctor_checks.installation_check import (
    check_installation,
    installed_root,
)
from tests.support.git.repositories import small_repository


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return find_project(small_repository(tmp_path / "shop").path)


def test_an_installation_passes(project: Project) -> None:
    initialise(project.root, Path(sys.executable))
    assert check_installation(project).verdict == "ok"


def test_the_check_says_whether_the_clients_worktrees_become_chambers(project: Project) -> None:
    initialise(project.root, Path(sys.executable))
    assert check_installation(project).found.endswith("Claude Code's worktrees become chambers")
    initialise(project.root, Path(sys.executable), worktrees=False)
    assert check_installation(project).found.endswith("are left to it (init --no-worktrees)")


def test_without_an_installation_every_part_is_missing(project: Project) -> None:
    check = check_installation(project)
    assert check.verdict == "fail"
    assert check.found.count(",") == 4
    assert check.mend == f"run 'orchestra init' in {project.root}"


@pytest.mark.parametrize(
    ("name", "part"),
    [(LAUNCHER, "the launcher"), (MCP_JSON, "the server"), (SETTINGS, "the hooks in")],
)
def test_a_deleted_part_is_named(project: Project, name: str, part: str) -> None:
    initialise(project.root, Path(sys.executable))
    (project.root / name).unlink()
    assert check_installation(project).found.startswith(f"missing: {part}")


def test_an_invalid_mcp_file_counts_as_missing(project: Project) -> None:
    initialise(project.root, Path(sys.executable))
    (project.root / MCP_JSON).write_text("{")
    assert "the server in .mcp.json" in check_installation(project).found


def test_a_missing_interpreter_is_named(project: Project, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.touch(mode=0o755)
    initialise(project.root, python)
    assert check_installation(project).verdict == "ok"
    python.unlink()
    assert f"they start {python}" in check_installation(project).found


def test_a_changed_launcher_is_not_trusted(project: Project) -> None:
    initialise(project.root, Path(sys.executable))
    with (project.root / LAUNCHER).open("a") as launcher:
        launcher.write("# mine\n")
    assert "is not as 'orchestra init' left it" in check_installation(project).found


def test_in_a_worktree_without_an_installation_the_main_checkout_is_checked(
    project: Project, tmp_path: Path
) -> None:
    repository = small_repository(tmp_path / "other")
    repository.git("worktree", "add", "--quiet", str(tmp_path / "tree"))
    worktree = find_project(tmp_path / "tree")
    assert installed_root(worktree) == repository.path
    (tmp_path / "tree" / MCP_JSON).touch()
    assert installed_root(worktree) == tmp_path / "tree"
