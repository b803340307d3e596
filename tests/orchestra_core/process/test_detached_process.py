"""Processes that outlive their starter, and their logs."""

import os
import sys
from pathlib import Path

import pytest

from orchestra_core.process.detached_process import LOG_LIMIT, empty_long_log, start_detached
from tests.support.stores.valkey_users import wait_until

TELL = "import os; print(os.getsid(0), os.getppid(), os.getcwd(), os.environ.get('SAID'))"


def test_a_detached_process_is_nobodys_child_and_says_everything_to_its_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    environ = {**os.environ, "SAID": "hello"}
    pid = start_detached([sys.executable, "-c", TELL], log, directory=tmp_path, environ=environ)
    wait_until(lambda: log.read_text().endswith("hello\n"))
    session, parent, directory, _ = log.read_text().split()
    assert pid > 0
    assert int(session) != os.getsid(0)
    assert int(parent) != os.getpid()
    assert directory == str(tmp_path)


def test_a_detached_process_gets_only_the_descriptors_that_it_is_to_inherit(tmp_path: Path) -> None:
    read, write = os.pipe()
    code = f"import os; os.write({write}, b'here')"
    start_detached(
        [sys.executable, "-c", code], tmp_path / "log", directory=tmp_path, inherited=[write]
    )
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        assert pipe.read() == b"here"


def test_a_process_that_cannot_be_started_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="gone"):
        start_detached(["true"], tmp_path / "log", directory=tmp_path / "gone")


def test_a_log_is_made_kept_and_emptied_once_it_is_long(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert empty_long_log(log) == 0
    log.write_bytes(b"x" * LOG_LIMIT)
    assert empty_long_log(log) == LOG_LIMIT
    log.write_bytes(b"x" * (LOG_LIMIT + 1))
    assert empty_long_log(log) == 0
