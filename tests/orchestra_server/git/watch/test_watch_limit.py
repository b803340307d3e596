"""The limit of file watches."""

import ctypes
import errno
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from orchestra_server.git.watch.watch_limit import (
    INSTANCES,
    WATCHES,
    explain_failure,
    reached_limit,
)


@pytest.mark.parametrize(
    ("why", "reason"),
    [
        ('OS file watch limit reached. about ["/a"]', WATCHES),
        ("[Errno 28] No space left on device", WATCHES),
        ("Error creating recommended watcher: Too many open files (os error 24)", INSTANCES),
        ("Unable to decode path", "the system refuses: Unable to decode path"),
    ],
)
def test_a_failure_is_explained_with_what_to_raise(why: str, reason: str) -> None:
    assert explain_failure(why) == reason


def test_where_a_directory_can_be_watched_no_limit_is_reached(tmp_path: Path) -> None:
    assert reached_limit(tmp_path) == ""


def test_a_watch_that_the_system_refuses_is_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_instance: int, _path: bytes, _mask: int) -> int:
        ctypes.set_errno(errno.ENOSPC)
        return -1

    def instance(_flags: int) -> int:
        return os.dup(1)

    def library(_name: None, *, use_errno: bool) -> SimpleNamespace:
        assert use_errno
        return SimpleNamespace(inotify_init1=instance, inotify_add_watch=refuse)

    monkeypatch.setattr("ctypes.CDLL", library)
    monkeypatch.setattr("sys.platform", "linux")
    assert reached_limit(Path("/")) == WATCHES
