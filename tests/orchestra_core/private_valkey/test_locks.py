import os
from pathlib import Path

import pytest

from orchestra_core.errors import StoreUnavailable
from orchestra_core.private_valkey.locks import hold_exclusively, opened, take_shared
from orchestra_core.process.file_lock import is_locked


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "users.lock"


def test_an_opened_lock_file_is_private_and_not_locked(path: Path) -> None:
    with opened(path) as descriptor:
        assert os.fstat(descriptor).st_mode & 0o777 == 0o600
        assert not is_locked(path)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


def test_a_lock_can_be_shared_until_both_descriptors_are_closed(path: Path) -> None:
    first, second = take_shared(path), take_shared(path)
    os.close(first)
    assert is_locked(path)
    os.close(second)
    assert not is_locked(path)


def test_an_exclusive_lock_ends_with_its_block(path: Path) -> None:
    with hold_exclusively(path):
        assert is_locked(path)
    assert not is_locked(path)


def test_a_lock_file_that_cannot_be_opened_is_an_unusable_state_directory(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="the state directory cannot be used"):
        take_shared(tmp_path)
    with (
        pytest.raises(StoreUnavailable, match="the state directory cannot be used"),
        hold_exclusively(tmp_path),
    ):
        pass
