"""`orchestra init` in real repositories: what it adds, keeps, refuses and takes out again."""

import json
import sys
from pathlib import Path

import pytest

from orchestra_core.errors import BadInput, OrchestraError, Refused
from orchestra_server.files.git_exclude import ensure_excluded
from orchestra_server.files.hook_setup import hook_code
from orchestra_server.files.installation.install import initialise, undo
from tests.support.git.repositories import (
    TestRepository,
    bare_with_worktree,
    empty_repository,
    small_repository,
)
from tests.support.hooks.hooked_checkout import HookedCheckout, names_in

PYTHON = Path(sys.executable)
MINE = '{\n\t"other": 1.0,\n\t"mcpServers": {"mine": {"command": "x", "odd": [1e2]}},\n\t"z": {}\n}'
LOCAL = '{"permissions": {"deny": ["Read(.env)"]}, "hooks": {"Stop": []}}\n'


@pytest.fixture
def repo(tmp_path: Path) -> TestRepository:
    return small_repository((tmp_path / "repo").resolve())


def everything(root: Path) -> dict[str, bytes | str]:
    """Every file and link below a directory but git's objects, with its content."""
    contents: dict[str, bytes | str] = {}
    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        if path.is_symlink():
            contents[name] = str(path.readlink())
        elif path.is_file() and not name.startswith((".git/objects", ".git/index")):
            contents[name] = path.read_bytes()
        elif path.is_dir():
            contents[name] = "directory"
    return contents


def test_init_in_a_fresh_repository_writes_everything_and_leaves_git_status_clean(
    repo: TestRepository,
) -> None:
    lines = initialise(repo.path, PYTHON)
    assert [line.split(":")[0] for line in lines] == [
        ".mcp.json",
        ".claude/settings.local.json",
        ".claude/hooks/interrupt_monitor.py",
        ".claude/hooks/interrupt_monitor.json",
        ".claude/tools/orchestration.py",
        ".git/info/exclude",
    ]
    assert repo.status == ""
    server = json.loads(repo.read(".mcp.json"))["mcpServers"]["orchestration"]
    assert server["args"] == ["-I", "${CLAUDE_PROJECT_DIR:-.}/.claude/tools/orchestration.py"]
    settings = json.loads(repo.read(".claude/settings.local.json"))
    assert settings["permissions"]["allow"] == ["mcp__orchestration"]
    assert "PostToolBatch" in settings["hooks"]


def test_worktrees_become_chambers_until_they_are_left_to_the_client(
    repo: TestRepository,
) -> None:
    place = ".claude/settings.local.json"
    before = everything(repo.path)
    initialise(repo.path, PYTHON)
    with_chambers = json.loads(repo.read(place))["hooks"]
    assert "WorktreeCreate" in with_chambers
    lines = initialise(repo.path, PYTHON, worktrees=False)
    assert [line.split(":")[0] for line in lines] == [
        place,
        ".claude/hooks/interrupt_monitor.json",
    ]
    without = json.loads(repo.read(place))["hooks"]
    assert set(with_chambers) - set(without) == {"WorktreeCreate"}
    assert "orchestra_server hook" not in repo.read(place)
    initialise(repo.path, PYTHON)
    assert json.loads(repo.read(place))["hooks"] == with_chambers
    initialise(repo.path, PYTHON, worktrees=False)
    undo(repo.path)
    assert everything(repo.path) == before


def test_isolation_is_on_by_default_and_can_be_switched_off_and_on(
    repo: TestRepository,
) -> None:
    place = ".claude/hooks/interrupt_monitor.json"
    initialise(repo.path, PYTHON)
    assert "isolation" not in json.loads(repo.read(place))
    assert [line.split(":")[0] for line in initialise(repo.path, PYTHON, isolation=False)] == [
        place
    ]
    assert json.loads(repo.read(place))["isolation"] is False
    initialise(repo.path, PYTHON)
    assert "isolation" not in json.loads(repo.read(place))


def test_undo_removes_the_hooks_bytecode(repo: TestRepository) -> None:
    before = everything(repo.path)
    initialise(repo.path, PYTHON)
    cache = repo.path / ".claude" / "hooks" / "__pycache__"
    cache.mkdir()
    (cache / "interrupt_monitor.cpython-311.pyc").touch()
    (cache / "interrupt_reader.cpython-313.pyc").touch()
    assert repo.status == ""
    undo(repo.path)
    assert everything(repo.path) == before


@pytest.mark.parametrize("again", [False, True])
def test_init_removes_the_three_files_of_the_former_hook(
    repo: TestRepository, monkeypatch: pytest.MonkeyPatch, *, again: bool
) -> None:
    before = everything(repo.path)
    with monkeypatch.context() as older:
        older.setattr(hook_code, "hook_source", lambda: "# an older hook of Orchestra's")
        initialise(repo.path, PYTHON)
    for name in ("reader", "agents"):
        repo.write(f".claude/hooks/interrupt_{name}.py", "# Orchestra")
    if again:
        lines = initialise(repo.path, PYTHON)
        assert "interrupt_reader.py: removed, interrupt_monitor.py replaces it" in "".join(lines)
        hooks = repo.path / ".claude" / "hooks"
        assert names_in(hooks) == ["interrupt_monitor.json", "interrupt_monitor.py"]
    undo(repo.path)
    assert everything(repo.path) == before


def test_init_run_twice_changes_nothing_the_second_time(repo: TestRepository) -> None:
    initialise(repo.path, PYTHON)
    before = everything(repo.path)
    assert initialise(repo.path, PYTHON) == []
    assert everything(repo.path) == before


@pytest.mark.parametrize("filled", [False, True])
def test_undo_restores_every_byte(repo: TestRepository, *, filled: bool) -> None:
    if filled:
        fill(repo)
    before = everything(repo.path)
    initialise(repo.path, PYTHON)
    assert everything(repo.path) != before
    assert undo(repo.path)
    assert everything(repo.path) == before
    assert undo(repo.path) == []


def fill(repo: TestRepository) -> None:
    """Give a repository files of every kind that init touches, none with a usual layout."""
    repo.write(".mcp.json", MINE)
    repo.write(".claude/settings.local.json", LOCAL)
    repo.write(".claude/tools/mine.sh", "x")
    repo.write(".git/info/exclude", "no newline at the end")


def test_key_order_and_unknown_fields_are_kept(repo: TestRepository) -> None:
    fill(repo)
    initialise(repo.path, PYTHON)
    text = repo.read(".mcp.json")
    assert text.startswith('{\n\t"other": 1.0,\n\t"mcpServers": {"mine": {"command": "x", "odd"')
    assert text.endswith(',\n\t"z": {}\n}')
    merged = json.loads(text)
    assert list(merged) == ["other", "mcpServers", "z"]
    assert list(merged["mcpServers"]) == ["mine", "orchestration"]
    settings = json.loads(repo.read(".claude/settings.local.json"))
    assert settings["permissions"]["deny"] == ["Read(.env)"]


def test_existing_files_are_merged_and_left_uncommitted(repo: TestRepository) -> None:
    repo.commit("mcp", {".mcp.json": MINE})
    initialise(repo.path, PYTHON)
    assert repo.status == " M .mcp.json"
    repo.commit("with Orchestra")
    assert repo.status == ""
    assert initialise(repo.path, PYTHON) == []


def test_changes_that_a_person_made_after_init_survive_undo(repo: TestRepository) -> None:
    fill(repo)
    initialise(repo.path, PYTHON)
    merged = json.loads(repo.read(".mcp.json"))
    merged["mcpServers"]["newer"] = {"command": "y"}
    repo.write(".mcp.json", json.dumps(merged, indent=1))
    settings = json.loads(repo.read(".claude/settings.local.json"))
    settings["permissions"]["allow"].insert(0, "Bash(ls)")
    repo.write(".claude/settings.local.json", json.dumps(settings))
    exclude = repo.path / ".git" / "info" / "exclude"
    exclude.write_text(exclude.read_text() + "*.mine\n")
    undo(repo.path)
    assert list(json.loads(repo.read(".mcp.json"))["mcpServers"]) == ["mine", "newer"]
    assert json.loads(repo.read(".claude/settings.local.json")) == {
        "permissions": {"deny": ["Read(.env)"], "allow": ["Bash(ls)"]}
    }
    assert exclude.read_text() == "no newline at the end\n*.mine\n"


def test_undo_keeps_a_hook_that_a_person_changed_and_says_so(repo: TestRepository) -> None:
    initialise(repo.path, PYTHON)
    hook = ".claude/hooks/interrupt_monitor.py"
    repo.write(hook, repo.read(hook) + "# mine\n")
    assert f"{hook}: left, because it was changed since" in undo(repo.path)
    assert repo.read(hook).endswith("# mine\n")


def test_init_with_another_interpreter_updates_the_files_and_undo_still_restores_every_byte(
    repo: TestRepository,
) -> None:
    fill(repo)
    before = everything(repo.path)
    initialise(repo.path, Path("/old/python"))
    lines = initialise(repo.path, PYTHON)
    assert [line.split(":")[0] for line in lines] == [
        ".claude/settings.local.json",
        ".claude/tools/orchestration.py",
    ]
    assert "/old/python" not in repo.read(".claude/settings.local.json")
    undo(repo.path)
    assert everything(repo.path) == before


@pytest.mark.parametrize(
    ("name", "content", "error", "complaint"),
    [
        (".mcp.json", b'{\n "a": 1,\n}', BadInput, ".mcp.json line 3 is not JSON"),
        (".mcp.json", b"\xff\xfe{}", BadInput, ".mcp.json is not UTF-8"),
        (".mcp.json", b"\xef\xbb\xbf{}", BadInput, "byte order mark"),
        (".mcp.json", b'{"mcpServers": []}', BadInput, "mcpServers"),
        (
            ".mcp.json",
            b'{"mcpServers": {"orchestration": {"command": "theirs"}}}',
            Refused,
            "another server called 'orchestration'",
        ),
        (".claude/settings.local.json", b"{\n// no\n}", BadInput, "json line 2 is not JSON"),
        (".claude/settings.local.json", b'{"hooks": 1}', BadInput, '"hooks" that is not an object'),
        (".claude/tools/orchestration.py", b"print(1)", Refused, "move it away"),
        (".claude/hooks", b"a file", Refused, "is a file"),
    ],
)
def test_files_that_cannot_be_merged_are_refused_before_anything_is_written(
    repo: TestRepository, name: str, content: bytes, error: type[OrchestraError], complaint: str
) -> None:
    repo.write(name, content)
    before = everything(repo.path)
    with pytest.raises(error) as caught:
        initialise(repo.path, PYTHON)
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)
    assert everything(repo.path) == before


def test_a_symlinked_settings_file_is_changed_at_its_target(
    repo: TestRepository, tmp_path: Path
) -> None:
    dotfile = tmp_path / "dotfiles.json"
    dotfile.write_text(LOCAL)
    link = repo.path / ".claude" / "settings.local.json"
    link.parent.mkdir()
    link.symlink_to(dotfile)
    lines = initialise(repo.path, PYTHON)
    assert any(line.startswith(f"{dotfile}: ") for line in lines)
    assert link.is_symlink()
    assert "interrupt_monitor" in dotfile.read_text()
    undo(repo.path)
    assert link.is_symlink()
    assert dotfile.read_text() == LOCAL


def test_a_dangling_symlink_is_refused(repo: TestRepository) -> None:
    (repo.path / ".mcp.json").symlink_to("/nonexistent/mcp.json")
    with pytest.raises(BadInput, match="which is not there"):
        initialise(repo.path, PYTHON)


def test_a_claude_folder_outside_the_repository_is_refused(
    repo: TestRepository, tmp_path: Path
) -> None:
    (tmp_path / "shared").mkdir()
    (repo.path / ".claude").symlink_to(tmp_path / "shared")
    with pytest.raises(Refused, match="outside the repository"):
        initialise(repo.path, PYTHON)


def test_a_claude_folder_that_is_a_link_to_another_name_is_refused(repo: TestRepository) -> None:
    (repo.path / "agents").mkdir()
    (repo.path / ".claude").symlink_to("agents")
    with pytest.raises(Refused, match="agents, where git would not hide Orchestra's files"):
        initialise(repo.path, PYTHON)
    assert list((repo.path / "agents").iterdir()) == []


def test_a_bare_repository_and_a_chamber_are_refused(tmp_path: Path) -> None:
    bare, worktree = bare_with_worktree(tmp_path.resolve())
    with pytest.raises(Refused, match="bare"):
        initialise(bare.path, PYTHON)
    assert initialise(worktree.path, PYTHON)
    assert worktree.status == ""
    checkout = HookedCheckout(worktree.path)
    with pytest.raises(Refused, match="is a chamber"):
        initialise(chamber_of(checkout), PYTHON)


def chamber_of(checkout: HookedCheckout) -> Path:
    """A furnished worktree of a bare repository's worktree."""
    path = Path(checkout.document().path)
    TestRepository(checkout.main).git("worktree", "add", "-q", "--detach", str(path))
    (path / ".claude" / "hooks").mkdir(parents=True)
    (path / ".claude" / "hooks" / "interrupt_monitor.json").write_text('{\n  "mode": "chamber"\n}')
    return path


def test_a_repository_without_a_commit_is_accepted(tmp_path: Path) -> None:
    repo = empty_repository((tmp_path / "new").resolve())
    initialise(repo.path, PYTHON)
    assert repo.status == ""
    undo(repo.path)
    assert repo.status == ""


def test_undo_keeps_the_exclude_block_while_there_are_chambers(repo: TestRepository) -> None:
    initialise(repo.path, PYTHON)
    checkout = HookedCheckout(repo.path)
    path = checkout.document().path
    repo.git("worktree", "add", "-q", "--detach", path)
    checkout.chamber()
    lines = undo(repo.path)
    assert ".git/info/exclude: left as it is while there are chambers" in lines
    assert (repo.status, repo.at(Path(path)).status) == ("", "")


def test_undo_keeps_an_exclude_block_that_was_there_before_init(repo: TestRepository) -> None:
    ensure_excluded(repo.path / ".git")
    before = everything(repo.path)
    initialise(repo.path, PYTHON)
    undo(repo.path)
    assert everything(repo.path) == before
