"""Orchestra's own paths are known by name, wherever in a working tree they may lie."""

from pathlib import Path

import pytest

from orchestra_server.domain.own_files import OWN_PATTERNS, is_own_file, own_files, own_pathspecs
from tests.support.repositories import empty_repository

OURS = (
    ".INTERRUPT",
    ".INTERRUPT.claimed-3",
    ".orchestra-tmp-0a1b2c",
    "src/.orchestra-tmp-0a1b2c",
    ".claude/WORKER_CONTEXT.json",
    ".claude/settings.local.json",
    ".claude/hooks/interrupt_monitor.py",
    ".claude/hooks/interrupt_monitor.json",
    ".claude/hooks/receipts/a",
    ".claude/tools/orchestration.py",
    ".claude/worktrees/auth/src/app.py",
    ".claude/worktrees/auth/",
    "web/.claude/worktrees/auth/",
    ".claude/workspaces/auth",
    ".claude/MISSION_CONTEXT.json",
    "web/.claude/MISSION_CONTEXT.json",
)
THEIRS = (
    "INTERRUPT",
    "src/.INTERRUPT",
    "src/interrupt_monitor.py",
    ".claude/settings.json",
    ".claude/hooks/format.py",
    ".claude/hooks/interrupt_monitor",
    ".claude/tools/orchestration.py.orig",
    ".claude/worktrees",
    "docs/.claude/settings.local.json",
    "MISSION_CONTEXT.json",
    ".claude/agents/reviewer.md",
)


@pytest.mark.parametrize("path", OURS)
def test_our_own_paths_are_recognised(path: str) -> None:
    assert is_own_file(path)


@pytest.mark.parametrize("path", THEIRS)
def test_paths_of_the_project_are_not_recognised_as_ours(path: str) -> None:
    assert not is_own_file(path)


def test_git_matches_the_patterns_and_pathspecs_as_this_module_does(tmp_path: Path) -> None:
    repository = empty_repository(tmp_path / "shop")
    files = sorted(path for path in (*OURS, *THEIRS) if not path.endswith("/"))
    files = [path for path in files if path != ".claude/worktrees"]
    for path in files:
        repository.write(path, "x\n")
    by_patterns = repository.git(
        "ls-files", "--others", "--ignored", *(f"--exclude={one}" for one in OWN_PATTERNS)
    )
    repository.git("add", "--all", "--force")
    by_pathspecs = repository.git("ls-files", "--", *own_pathspecs())
    assert sorted(by_patterns.split()) == sorted(own_files(files))
    assert sorted(by_pathspecs.split()) == sorted(own_files(files))
