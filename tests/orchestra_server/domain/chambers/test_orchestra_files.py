"""Orchestra's own paths are known by name, wherever in a working tree they may lie."""

from pathlib import Path

import pytest

from orchestra_server.domain.chambers.orchestra_files import (
    IGNORE_MARK,
    OWN_PATTERNS,
    is_only_ours,
    is_own_file,
    own_pathspecs,
)
from tests.support.git.repositories import empty_repository

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
        "ls-files", "--others", "--ignored", *(f"--exclude={pattern}" for pattern in OWN_PATTERNS)
    )
    repository.git("add", "--all", "--force")
    by_pathspecs = repository.git("ls-files", "--", *own_pathspecs())
    assert sorted(by_patterns.split()) == sorted(filter(is_own_file, files))
    assert sorted(by_pathspecs.split()) == sorted(filter(is_own_file, files))


OUR_HOOK = '{"hooks": [{"type": "command", "command": "python3 interrupt_monitor", "timeout": 10}]}'
THEIR_HOOK = '{"hooks": [{"type": "command", "command": "lint"}]}'
OUR_SERVER = '"orchestration": {"args": ["-I", ".claude/tools/orchestration.py"]}'


@pytest.mark.parametrize(
    ("path", "content", "ours"),
    [
        (".gemini/settings.json", f'{{"hooks": {{"BeforeTool": [{OUR_HOOK}]}}}}', True),
        (".gemini/settings.json", f'{{"hooks": {{"Stop": [{OUR_HOOK}, {THEIR_HOOK}]}}}}', False),
        (".gemini/settings.json", f'{{"hooks": {{"Stop": [{OUR_HOOK}]}}, "theme": "x"}}', False),
        (".gemini/settings.json", '{"theme": "x"}', False),
        (".gemini/settings.json", "interrupt_monitor {", False),
        ("docs/.gemini/settings.json", f'{{"hooks": {{"BeforeTool": [{OUR_HOOK}]}}}}', False),
        (".codex/hooks.json", f'{{"hooks": {{"Stop": [{OUR_HOOK}]}}}}', True),
        (".mcp.json", f'{{"mcpServers": {{{OUR_SERVER}}}}}', True),
        (".mcp.json", f'{{"mcpServers": {{{OUR_SERVER}, "db": {{}}}}}}', False),
        (".mcp.json", f'{{"mcpServers": {{{OUR_SERVER}}}, "inputs": []}}', False),
        (".mcp.json", '{"mcpServers": {"orchestration": {"url": "http://other"}}}', False),
        (".opencode/plugins/orchestra.js", "// starts interrupt_monitor\n", True),
        (".opencode/plugins/orchestra.js", "// somebody's orchestra\n", False),
        (".claude/.gitignore", f"{IGNORE_MARK}\n/.gitignore\n", True),
        (".claude/.gitignore", "*.log\n", False),
    ],
)  # fmt: skip
def test_a_file_of_a_shared_name_is_ours_only_if_nothing_else_is_in_it(
    path: str, content: str, *, ours: bool
) -> None:
    assert is_only_ours(path, content) is ours
