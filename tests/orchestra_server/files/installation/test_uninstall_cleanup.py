from pathlib import Path

import pytest

from orchestra_server.files.hook_setup.hook_settings import ELSEWHERE, HOOK, HOOK_SETTINGS
from orchestra_server.files.installation.uninstall_cleanup import chambers_in, sweep
from orchestra_server.files.projections import NAMES


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A working tree in which Orchestra was used."""
    claude = tmp_path / "tree" / ".claude"
    for folder in ("workspaces", "worktrees", "hooks/bindings"):
        (claude / folder).mkdir(parents=True)
    for name in (*NAMES, "settings.json", "hooks/bindings/one"):
        (claude / name).write_text("{}")
    return tmp_path / "tree"


def a_chamber_below(folder: Path) -> Path:
    chamber = folder / "auth"
    (chamber / HOOK_SETTINGS).parent.mkdir(parents=True)
    (chamber / HOOK_SETTINGS).write_text("{}")
    return chamber


def test_generated_files_are_removed_and_the_persons_files_are_kept(root: Path) -> None:
    sweep(root)
    files = [path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()]
    assert files == [".claude/settings.json"]
    assert not (root / ".claude" / "worktrees").exists()


def test_nothing_is_removed_while_there_is_a_chamber(root: Path) -> None:
    chamber = a_chamber_below(root / ".claude" / "worktrees")
    before = sorted(root.rglob("*"))
    assert chambers_in(root) == [chamber]
    sweep(root)
    assert sorted(root.rglob("*")) == before


def test_chambers_of_subdirectories_are_found_by_their_link_and_only_the_link_is_removed(
    root: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "api" / "worktrees"
    chamber = a_chamber_below(folder)
    (root / ELSEWHERE).mkdir()
    (root / ELSEWHERE / "api").symlink_to(folder)
    assert [path.resolve() for path in chambers_in(root)] == [chamber.resolve()]
    (chamber / HOOK_SETTINGS).unlink()
    sweep(root)
    assert not (root / ELSEWHERE).exists()
    assert chamber.is_dir()


def test_a_folder_with_a_persons_own_file_is_kept(root: Path) -> None:
    mine = root / ".claude" / "worktrees" / "mine"
    mine.mkdir()
    sweep(root)
    assert mine.is_dir()
    assert HOOK.name not in {path.name for path in root.rglob("*")}
