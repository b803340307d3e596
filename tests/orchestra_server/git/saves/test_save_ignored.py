"""Where a repository says so, ignored files are work too."""

from pathlib import Path

import pytest

from orchestra_core.errors import Refused
from orchestra_server.git.saves.remove_saved_worktree import remove_worktree
from orchestra_server.git.saves.restore import require_save, restore_work
from orchestra_server.git.saves.save import save_work, saves_ignored
from orchestra_server.git.snapshot.ignored_files_to_save import ignored_files_except
from tests.support.git.chambers import Workshop, saved_ref, workshop
from tests.support.git.repositories import TestRepository, run_git, small_repository

ALL_BUT_OURS = ignored_files_except(["/.INTERRUPT*", "/.claude/"])


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    files = {"README": "hello\n", ".gitignore": "*.log\n.env\nbuild/\n"}
    made = workshop(small_repository(tmp_path / "répo", files))
    with (made.repo.common_dir / "info" / "exclude").open("a") as exclude:
        exclude.write("/.INTERRUPT*\n")
    return made


def test_a_setting_of_the_repository_decides_whether_ignored_files_are_saved(
    shop: Workshop,
) -> None:
    assert not saves_ignored(shop.repo)
    shop.main.git("config", "orchestra.saveIgnored", "yes")
    assert saves_ignored(shop.repo)


def test_ignored_files_are_restored_as_ignored_and_without_our_own(shop: Workshop) -> None:
    [chamber] = shop.open("auth")
    chamber.write(".env", "SECRET=1\n")
    chamber.write("build/deep/x.o", b"\0\1")
    (chamber.path / "build" / "link").symlink_to("deep/x.o")
    chamber.write(".INTERRUPT", "{}")
    chamber.write(".claude/WORKER_CONTEXT.json", "{}")
    ref = saved_ref(chamber)

    assert save_work(shop.repo, chamber.path, ref, "saved", ignored=ALL_BUT_OURS) is not None
    saved_paths = set(shop.main.git("ls-tree", "-r", "--name-only", ref).split())
    assert saved_paths == {"README", ".gitignore", ".env", "build/deep/x.o", "build/link"}
    remove_worktree(shop.repo, chamber.path, ALL_BUT_OURS)

    place = chamber.path.with_name("again")
    shop.main.git(
        "worktree", "add", "--quiet", "--detach", str(place), require_save(shop.repo, ref).tip
    )
    restore_work(shop.repo, ref, place)
    again = TestRepository(place)
    assert again.read(".env") == "SECRET=1\n"
    assert (place / "build/link").read_bytes() == b"\0\1"
    assert again.status == ""
    assert ".env" in again.git("status", "--porcelain", "--ignored")


def test_a_chamber_with_an_unsaved_ignored_file_is_not_removed(shop: Workshop) -> None:
    [chamber] = shop.open("auth")
    chamber.write(".env", "SECRET=1\n")
    with pytest.raises(Refused, match="not saved"):
        remove_worktree(shop.repo, chamber.path, ALL_BUT_OURS)
    assert chamber.read(".env") == "SECRET=1\n"


def test_without_the_setting_ignored_files_are_deleted_with_the_directory(shop: Workshop) -> None:
    [chamber] = shop.open("auth")
    chamber.write(".env", "SECRET=1\n")
    assert save_work(shop.repo, chamber.path, saved_ref(chamber), "saved") is None
    remove_worktree(shop.repo, chamber.path)
    assert not chamber.path.exists()


def test_an_ignored_repository_inside_a_chamber_is_refused(shop: Workshop) -> None:
    [chamber] = shop.open("auth")
    (chamber.path / "build").mkdir()
    run_git(chamber.path / "build", "init", "--quiet")
    chamber.at(chamber.path / "build").commit("inside", {"x": "x"})
    with pytest.raises(Refused, match="repository of its own"):
        save_work(shop.repo, chamber.path, saved_ref(chamber), "saved", ignored=ALL_BUT_OURS)
