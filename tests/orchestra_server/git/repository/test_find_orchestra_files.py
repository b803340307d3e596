from pathlib import Path

from orchestra_server.git.repository.find_orchestra_files import is_ours, own_files_in
from tests.support.git.repositories import TestRepository

OURS = '{"mcpServers": {"orchestration": {"args": [".claude/tools/orchestration.py"]}}}'


def test_a_file_of_a_shared_name_is_read_and_any_other_is_known_by_its_name(tmp_path: Path) -> None:
    made = TestRepository(tmp_path)
    made.write(".mcp.json", OURS)
    made.write(".gemini/settings.json", '{"theme": "light"}')
    paths = (".INTERRUPT", ".mcp.json", ".gemini/settings.json", ".codex/hooks.json", "a.py")
    assert own_files_in(tmp_path, paths) == (".INTERRUPT", ".mcp.json")


def test_a_file_that_cannot_be_ours_is_not_read(tmp_path: Path) -> None:
    made = TestRepository(tmp_path)
    (tmp_path / ".mcp.json").symlink_to(made.write("elsewhere", OURS))
    assert not is_ours(tmp_path, ".mcp.json")
    (tmp_path / ".mcp.json").unlink()
    made.write(".mcp.json", OURS + " " * 1_000_000)
    assert not is_ours(tmp_path, ".mcp.json")
    (tmp_path / ".mcp.json").unlink()
    (tmp_path / ".mcp.json").mkdir()
    assert not is_ours(tmp_path, ".mcp.json")
