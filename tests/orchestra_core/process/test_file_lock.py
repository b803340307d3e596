import os
import subprocess
import sys
from pathlib import Path
from signal import SIGKILL

import pytest

from orchestra_core.process.file_lock import (
    is_locked,
    lock_shared,
    locked_directory,
    locked_file,
    open_lock_file,
    try_lock_exclusive,
    unlock,
)

HOLD = """
import sys, time
from pathlib import Path
from orchestra_core.process.file_lock import locked_file
with locked_file(Path(sys.argv[1])):
    print("locked", flush=True)
    time.sleep(60)
"""


def test_a_lock_is_held_inside_its_with_block_only(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with locked_file(path):
        assert is_locked(path)
    assert not is_locked(path)


def test_an_unlocked_file_is_free_although_a_copy_of_its_descriptor_is_open(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    descriptor = open_lock_file(path)
    inherited = os.dup(descriptor)
    try:
        assert try_lock_exclusive(descriptor)
        os.close(descriptor)
        assert is_locked(path)
        unlock(inherited)
        assert not is_locked(path)
    finally:
        os.close(inherited)


def test_checking_whether_a_lock_is_held_creates_no_file(tmp_path: Path) -> None:
    assert not is_locked(tmp_path / "lock")
    assert not (tmp_path / "lock").exists()


def test_a_shared_lock_blocks_the_exclusive_one_until_it_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    shared, other = open_lock_file(path), open_lock_file(path)
    try:
        lock_shared(shared)
        assert not try_lock_exclusive(other)
        os.close(shared)
        assert try_lock_exclusive(other)
    finally:
        os.close(other)


def test_locking_a_directory_creates_no_file_in_it(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path, os.O_RDONLY)
    try:
        with locked_directory(tmp_path):
            assert not try_lock_exclusive(descriptor)
        assert try_lock_exclusive(descriptor)
    finally:
        os.close(descriptor)
    assert not list(tmp_path.iterdir())


def test_a_symlink_is_refused_as_a_lock_file(tmp_path: Path) -> None:
    (tmp_path / "lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="lock"):
        open_lock_file(tmp_path / "lock")
    assert not (tmp_path / "elsewhere").exists()


def test_a_lock_is_released_when_its_process_dies(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with subprocess.Popen([sys.executable, "-c", HOLD, path], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"locked\n"
        assert is_locked(path)
        holder.send_signal(SIGKILL)
        holder.wait(timeout=30)
    assert not is_locked(path)
