"""Locks that a killed git left are moved away, and none that somebody may hold."""

import os
import subprocess
import time
from pathlib import Path

import pytest

from orchestra_server.git.worktrees.stale_locks import move_stale_lock, stale_locks
from tests.support.git.chambers import Workshop, workshop


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return workshop(tmp_path / "répo")


def an_old_lock(shop: Workshop) -> Path:
    lock = shop.repo.common_dir / "index.lock"
    lock.write_text("half an index")
    hour_ago = time.time() - 3600
    os.utime(lock, (hour_ago, hour_ago))
    return lock


def test_a_stale_lock_is_moved_aside_and_kept(shop: Workshop) -> None:
    lock = an_old_lock(shop)
    assert stale_locks(shop.repo) == (lock,)
    aside = move_stale_lock(shop.repo, lock)
    assert aside.read_text() == "half an index"
    assert stale_locks(shop.repo) == ()
    shop.main.commit("possible again", {"x": "x"})


def test_a_recent_lock_is_not_stale(shop: Workshop) -> None:
    an_old_lock(shop).touch()
    assert stale_locks(shop.repo) == ()


def test_an_old_lock_is_not_stale_while_git_runs_there(shop: Workshop) -> None:
    an_old_lock(shop)
    waiting = ["git", "-C", str(shop.main.path), "cat-file", "--batch"]
    with subprocess.Popen(waiting, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as git:
        assert git.stdin is not None
        assert git.stdout is not None
        git.stdin.write(b"HEAD\n")
        git.stdin.flush()
        git.stdout.readline()  # so that it has come to where it runs
        assert stale_locks(shop.repo) == ()
        git.stdin.close()
        git.stdout.read()


def test_a_stale_lock_on_a_branch_or_in_a_chamber_is_found_too(shop: Workshop) -> None:
    shop.open("auth")
    locks = (
        shop.repo.common_dir / "refs" / "heads" / "main.lock",
        shop.repo.common_dir / "worktrees" / "auth" / "index.lock",
    )
    for lock in locks:
        lock.write_text("")
        os.utime(lock, (0, 0))
    assert stale_locks(shop.repo) == locks
