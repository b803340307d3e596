"""A checkout that was moved gets its absolute paths written anew, with the choices it had."""

import json
import shutil
import sys
from pathlib import Path

import pytest

from orchestra_server.files.hook_setup.hook_settings import HOOK_SETTINGS
from orchestra_server.files.installation.install import initialise, undo
from orchestra_server.files.installation.reinstall_after_move import initialise_again
from tests.support.git.repositories import TestRepository, small_repository

SETTINGS = Path(".claude/settings.local.json")


@pytest.fixture
def shop(tmp_path: Path) -> TestRepository:
    return small_repository((tmp_path / "shop").resolve())


def move(shop: TestRepository) -> Path:
    return shop.path.rename(shop.path.with_name("elsewhere"))


def again(shop: TestRepository, moved: Path) -> None:
    initialise_again(moved / ".git", shop.path, moved, sys.executable)


def test_the_choices_of_the_first_installation_are_kept(shop: TestRepository) -> None:
    initialise(shop.path, Path(sys.executable), isolation=False, worktrees=False, agents=["codex"])
    moved = move(shop)
    again(shop, moved)
    raw = (moved / HOOK_SETTINGS).read_text()
    assert str(shop.path) not in raw + (moved / SETTINGS).read_text()
    chosen = json.loads(raw)
    assert (chosen["isolation"], chosen["worktrees"], chosen["agents"]) == (False, False, ["codex"])
    assert (moved / ".codex" / "hooks.json").is_file()
    undo(moved)
    assert not (moved / ".mcp.json").exists()


def test_a_checkout_without_orchestra_gets_nothing(shop: TestRepository) -> None:
    moved = move(shop)
    again(shop, moved)
    assert not (moved / ".claude").exists()


@pytest.mark.parametrize("content", [None, b"", b"not json", b"[1]"])
def test_files_removed_or_broken_by_hand_are_not_installed_again(
    shop: TestRepository, content: bytes | None
) -> None:
    initialise(shop.path, Path(sys.executable))
    moved = move(shop)
    shutil.rmtree(moved / ".claude")
    if content is not None:
        (moved / HOOK_SETTINGS).parent.mkdir(parents=True)
        (moved / HOOK_SETTINGS).write_bytes(content)
    again(shop, moved)
    assert not (moved / SETTINGS).exists()


def test_a_second_call_changes_nothing(shop: TestRepository) -> None:
    initialise(shop.path, Path(sys.executable))
    moved = move(shop)
    again(shop, moved)
    written = {path: (moved / path).read_bytes() for path in (HOOK_SETTINGS, SETTINGS)}
    again(shop, moved)
    assert written == {path: (moved / path).read_bytes() for path in (HOOK_SETTINGS, SETTINGS)}
