"""Ignore files of ours are written where a rule shows what the exclude block hides."""

from pathlib import Path

import pytest

from orchestra_server.files.git_exclude import ensure_excluded
from orchestra_server.files.ignore_files import remove_ignore_files
from orchestra_server.usecases.common.hide_orchestra_files import hide_orchestra_files
from tests.support.git.repositories import TestRepository, run_git, small_repository

OWN = (
    ".claude/worktrees/auth/README",
    ".claude/workspaces/auth",
    ".claude/hooks/interrupt_monitor.py",
    ".claude/hooks/bindings/a.json",
    ".claude/tools/orchestration.py",
    ".claude/settings.local.json",
    ".claude/MISSION_CONTEXT.json",
)


@pytest.fixture
def repository(tmp_path: Path) -> TestRepository:
    made = small_repository(tmp_path / "shop")
    for path in OWN:
        made.write(path, "ours\n")
    return made


def hide(repository: TestRepository, folder: str = "") -> None:
    hide_orchestra_files(repository.path / ".git", repository.path / folder)


def written(repository: TestRepository) -> list[str]:
    ignore_files = (repository.path / ".claude").rglob(".gitignore")
    return sorted(str(path.relative_to(repository.path)) for path in ignore_files)


def test_no_ignore_file_is_written_where_the_exclude_block_suffices(
    repository: TestRepository,
) -> None:
    repository.commit("rules", {".gitignore": "*.log\n!keep.log\n"})
    hide(repository)
    assert (written(repository), repository.status) == ([], "")


def test_one_ignore_file_hides_our_files_and_itself_and_no_file_of_the_project(
    repository: TestRepository,
) -> None:
    ensure_excluded(repository.path / ".git")
    repository.commit("rules", {".gitignore": ".claude/*\n!.claude/**\n"})
    repository.git("rm", "--quiet", "-r", "--cached", ".claude")
    repository.commit("theirs only")
    repository.write(".claude/agents/reviewer.md", "theirs\n")
    repository.write(".claude/hooks/format.py", "theirs\n")
    hide(repository)
    assert written(repository) == [".claude/.gitignore"]
    assert repository.status == "?? .claude/agents/reviewer.md\n?? .claude/hooks/format.py"
    remove_ignore_files(repository.path)
    assert written(repository) == []


def test_the_projects_ignore_file_stays_and_files_deeper_down_hide_ours(
    repository: TestRepository,
) -> None:
    repository.write(".claude/.gitignore", "!**\n")
    repository.git("add", "--force", ".claude/.gitignore")
    repository.git("commit", "--quiet", "-m", "theirs")
    (repository.path / ".claude/settings.local.json").unlink()
    (repository.path / ".claude/MISSION_CONTEXT.json").unlink()
    hide(repository)
    assert repository.status == ""
    assert repository.read(".claude/.gitignore") == "!**\n"
    remove_ignore_files(repository.path)
    assert written(repository) == [".claude/.gitignore"]


def test_a_folder_in_a_subdirectory_is_hidden_too(repository: TestRepository) -> None:
    repository.git("commit", "--quiet", "--allow-empty", "-m", "none")
    repository.commit("rules", {"web/.gitignore": "!.claude/**\n", "web/app.js": "1\n"})
    repository.write("web/.claude/MISSION_CONTEXT.json", "{}\n")
    hide(repository, "web")
    assert "web/" not in repository.status


def test_a_rule_that_shows_directories_does_not_show_the_chambers(
    repository: TestRepository,
) -> None:
    repository.git("commit", "--quiet", "--allow-empty", "-m", "none")
    repository.commit("rules", {".gitignore": "*\n!*/\n!.gitignore\n"})
    hide(repository)
    git_dir = repository.path / ".claude/worktrees/auth/.git"
    run_git(git_dir.parent, "init", "--quiet")
    run_git(git_dir.parent, "commit", "--quiet", "--allow-empty", "-m", "a repository")
    hide(repository)
    assert repository.status == ""


def test_our_files_for_other_agents_are_hidden_and_those_of_people_are_not(
    repository: TestRepository,
) -> None:
    repository.git("commit", "--quiet", "--allow-empty", "-m", "none")
    repository.commit("rules", {".gitignore": "!.*\n"})
    ours = '{"hooks": {"Stop": [{"hooks": [{"command": "interrupt_monitor"}]}]}}'
    repository.write(".gemini/settings.json", ours)
    repository.write(".opencode/plugins/orchestra.js", "// interrupt_monitor")
    repository.write(".codex/hooks.json", '{"hooks": {}}')
    hide(repository)
    assert repository.status == "?? .codex/hooks.json"
    remove_ignore_files(repository.path)
    assert not (repository.path / ".gemini/.gitignore").exists()
