"""What a worker may do without asking, and what counts as the like of a call."""

import json
from pathlib import Path

import pytest

from orchestra_server.files.hook.find_reader import Reader
from orchestra_server.files.hook.json_files import Fields
from orchestra_server.files.hook.requests.request_rules import is_allowed, like_of


@pytest.fixture
def root(tmp_path: Path) -> Path:
    chamber = tmp_path / "repo" / ".claude" / "worktrees" / "auth"
    (chamber / "src").mkdir(parents=True)
    (tmp_path / "orchestra" / "spool").mkdir(parents=True)
    return chamber


def reader(root: Path) -> Reader:
    spool = str(root.parents[3] / "orchestra" / "spool")
    fields: Fields = {"root": str(root), "chamber": "auth", "chamber_id": "t-1/auth"}
    return Reader({**fields, "spool": spool}, {})


def call(root: Path, tool: str, mode: str = "acceptEdits", **tool_input: str) -> Fields:
    payload: Fields = {"tool_name": tool, "tool_input": {**tool_input}}
    return {**payload, "cwd": str(root), "permission_mode": mode}


def passes(root: Path, tool: str, mode: str = "acceptEdits", **tool_input: str) -> bool:
    payload = call(root, tool, mode, **tool_input)
    return is_allowed(reader(root), payload, like_of(reader(root), payload))


def like(root: Path, tool: str, **tool_input: str) -> str:
    return like_of(reader(root), call(root, tool, **tool_input))


def test_a_worker_changes_files_of_its_chamber_where_edits_pass(root: Path) -> None:
    for tool in ("Write", "Edit", "Read"):
        assert passes(root, tool, file_path=str(root / "src" / "a.py"))
        assert passes(root, tool, "bypassPermissions", file_path="src/a.py")
        for mode in ("default", "plan", "dontAsk", ""):
            assert not passes(root, tool, mode, file_path="src/a.py")
    assert passes(root, "NotebookEdit", notebook_path="a.ipynb")


def test_what_auto_mode_asks_its_check_has_stopped_so_a_person_decides(root: Path) -> None:
    for tool in ("Write", "Edit", "Read"):
        assert not passes(root, tool, "auto", file_path="src/a.py")
    assert not passes(root, "Bash", "auto", command="git commit -m x")
    assert passes(root, "Write", "auto", file_path=str(root / ".DISCOVERY"))


def test_files_elsewhere_and_files_that_configure_programs_are_asked(root: Path) -> None:
    (root / "out").symlink_to(root.parents[3])
    for path in ("../api/a.py", "/etc/hosts", "out/a.py", "../../../shop.py"):
        assert not passes(root, "Write", file_path=path)
    for path in (".claude/settings.local.json", ".git", ".git/hooks/x", ".mcp.json", ".env"):
        assert not passes(root, "Write", file_path=path)
    assert not passes(root, "Write", file_path="")


def test_a_worker_may_always_write_what_it_found(root: Path) -> None:
    for mode in ("default", "acceptEdits", "plan"):
        assert passes(root, "Write", mode, file_path=str(root / ".DISCOVERY"))
        assert not passes(root, "Write", mode, file_path=str(root / "src" / ".DISCOVERY"))
        assert not passes(root, "Read", mode, file_path=str(root.parent / ".DISCOVERY"))
    (root / ".DISCOVERY").symlink_to("/etc/passwd")
    assert not passes(root, "Write", "default", file_path=str(root / ".DISCOVERY"))


def test_plain_git_in_the_chamber_passes(root: Path) -> None:
    for command in (
        "git status",
        "git add -A",
        "git add src/a.py",
        "git diff --stat",
        'git commit -m "Add a login; it works (mostly) & well"',
        "git commit --message='Add a login' --quiet",
        f"git -C {root} status --short",
        f"git -C '{root}/src' log --oneline",
        "git add -A && git commit -q -m 'Add a login'",
        "git add a.py; git status\ngit diff",
        f"cd {root} && git add -A && git commit -m x",
        "cd src && git add .",
        "git commit -qm 'Add a login'",
        "git add -A && git commit -aqm x",
        "git commit -m \"$(cat <<'EOF'\nAdd a login\n\nIt's `safe` & costs $5.\nEOF\n)\"",
    ):
        assert passes(root, "Bash", command=command), command
        assert not passes(root, "Bash", "default", command=command), command


@pytest.mark.parametrize(
    "command",
    [
        "git push",
        "git worktree list",
        "git checkout main",
        "git commit --no-verify -m x",
        "git commit -nm x",
        "git commit -qnm x",
        'git commit -m "$(cat <<EOF\n$(evil)\nEOF\n)"',
        "git commit -m \"$(cat <<'EOF'\nx\nEOF\nevil)\"",
        "git commit -m \"$(evil <<'EOF'\nx\nEOF\n)\"",
        "git commit -m $(cat <<'EOF'\n--no-verify\nEOF\n)",
        "git diff --output=/tmp/x",
        "git -c core.pager=evil log",
        "git --git-dir=/repo/.git status",
        "git -C /etc status",
        "git -C .. status",
        "git -C ~ status",
        "git -C {/etc,x} status",
        "git status; rm -rf /",
        "git add -A && git push",
        "git add -A || git commit -m x",
        "git add -A & git commit -m x",
        "git add -A &&",
        "cd .. && git add -A",
        "cd / && cd src && git add -A",
        "cd - && git add -A",
        "cd ~ && git add -A",
        "cd && git add -A",
        "cd src",
        "cd missing; git add -A",
        "cd sr[c] && git add -A",
        "git status && touch x",
        "git status | tee x",
        "git status > x",
        "git add $(evil)",
        'git commit -m "$(evil)"',
        "git commit -m `evil`",
        "git",
        "npm test",
        "X=1 git status",
        "",
    ],
)
def test_anything_but_plain_git_is_asked(root: Path, command: str) -> None:
    assert not passes(root, "Bash", command=command)


def test_git_from_a_directory_outside_the_chamber_is_asked(root: Path) -> None:
    payload = call(root.parents[2], "Bash", command="git add -A")
    assert not is_allowed(reader(root), payload, "")


def test_the_like_of_a_command_is_its_program_and_subcommand(root: Path) -> None:
    likes = {
        "npm test": "Bash(npm test:*)",
        "npm run-script x": "Bash(npm run-script:*)",
        "make lint:all -j 2": "Bash(make lint:all:*)",
        "pytest -q tests": "Bash(pytest:*)",
        "ls /tmp": "Bash(ls:*)",
        "cat a.py b.py": "Bash(cat:*)",
    }
    assert {command: like(root, "Bash", command=command) for command in likes} == likes


def test_a_command_that_runs_anything_is_like_no_other(root: Path) -> None:
    for command in (
        "bash -c x",
        "sudo ls",
        "env A=1 ls",
        "A=1 ls",
        "ls; ls",
        "ls > x",
        "node -e x",
    ):
        assert like(root, "Bash", command=command) == ""


def test_the_like_of_another_call_is_its_folder_its_host_or_its_tool(root: Path) -> None:
    assert like(root, "Write", file_path="/srv/data/a.csv") == "Write(/srv/data/*)"
    assert like(root, "Write", file_path="src/a.py") == f"Write({root}/src/*)"
    assert like(root, "Write", file_path=".claude/settings.json") == ""
    assert like(root, "WebFetch", url="https://docs.example.org/x") == (
        "WebFetch(domain:docs.example.org)"
    )
    assert like(root, "mcp__db__query", table="users") == "mcp__db__query"
    assert like(root, "AskUserQuestion") == like(root, "ExitPlanMode", plan="x") == ""


def test_a_rule_of_the_chamber_lets_its_like_pass_in_every_mode(root: Path) -> None:
    allowed = root.parents[3] / "orchestra" / "allowed"
    allowed.mkdir()
    (allowed / "t-1_auth.json").write_text(json.dumps({"rules": ["Bash(npm test:*)", 7]}))
    assert passes(root, "Bash", "default", command="npm test -- --watch=false")
    assert not passes(root, "Bash", "default", command="npm publish")
    (allowed / "t-1_auth.json").write_text("{")
    assert not passes(root, "Bash", "default", command="npm test")
