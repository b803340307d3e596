"""Being told of changes, and how much can be watched."""

import errno
import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from orchestra_server.git.watch import file_watcher
from orchestra_server.git.watch.file_watcher import (
    FileWatcher,
    count_directories,
    watch_budget,
    within_budget,
)

_SECONDS = 20.0


class Told:
    """What a watch has said, from its thread."""

    def __init__(self) -> None:
        self.ready = threading.Event()
        self.changed = threading.Event()
        self.failed = threading.Event()
        self.paths: list[str] = []
        self.why = ("", False)

    def on_changes(self, paths: Sequence[str]) -> None:
        self.paths += paths
        self.changed.set()

    def on_failure(self, why: str, ended: bool) -> None:  # noqa: FBT001 - as a watch calls it
        self.why = (why, ended)
        self.failed.set()

    def watch(self, *paths: Path, is_recursive: bool = True) -> FileWatcher:
        return FileWatcher(
            paths,
            is_recursive=is_recursive,
            on_ready=self.ready.set,
            on_changes=self.on_changes,
            on_failure=self.on_failure,
        )


def watch_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "orchestra-watch"]


def test_a_watch_that_is_not_recursive_reports_only_what_is_directly_in_its_folders(
    tmp_path: Path,
) -> None:
    (tmp_path / "a").mkdir()
    told = Told()
    watch = told.watch(tmp_path, is_recursive=False)
    assert told.ready.wait(_SECONDS)
    (tmp_path / "a" / "deep").write_text("new")
    (tmp_path / "file").write_text("new")
    assert told.changed.wait(_SECONDS)
    watch.stop()
    assert str(tmp_path / "file") in told.paths
    assert str(tmp_path / "a" / "deep") not in told.paths


def test_a_watch_that_retires_reports_what_has_changed_until_then(tmp_path: Path) -> None:
    told = Told()
    watch = told.watch(tmp_path)
    assert told.ready.wait(_SECONDS)
    (tmp_path / "file").write_text("new")  # it would wait for more
    watch.retire()
    assert told.changed.wait(_SECONDS)
    assert {str(tmp_path / "file"), str(tmp_path)}.intersection(told.paths)


def test_a_file_written_deep_in_the_tree_is_reported_once_the_watch_is_ready(
    tmp_path: Path,
) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    told = Told()
    watch = told.watch(tmp_path)
    assert told.ready.wait(_SECONDS)
    (tmp_path / "a" / "b" / "file").write_text("new")
    assert told.changed.wait(_SECONDS)
    assert str(tmp_path / "a" / "b" / "file") in told.paths
    threads = watch_threads()
    watch.stop()
    for thread in threads:
        thread.join(_SECONDS)
    assert watch_threads() == []


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such a name")
def test_a_file_name_that_is_not_utf_8_is_reported(tmp_path: Path) -> None:
    told = Told()
    watch = told.watch(tmp_path)
    assert told.ready.wait(_SECONDS)
    path = os.fsdecode(bytes(tmp_path) + b"/\xff.txt")
    Path(path).write_text("")
    assert told.changed.wait(_SECONDS)
    watch.stop()
    assert path in told.paths


def test_a_watch_that_the_system_refuses_says_so_and_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise OSError(errno.ENOSPC, "no space left on device")

    monkeypatch.setattr(file_watcher, "changes_below", refuse)
    told = Told()
    told.watch(tmp_path)
    assert told.failed.wait(_SECONDS)
    assert told.why == ("[Errno 28] no space left on device", False)


def test_directories_are_counted_up_to_a_limit_and_links_are_not_followed(tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / "many" / str(number)).mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "many")
    assert count_directories(tmp_path, 100) == 7
    assert count_directories(tmp_path, 3) == 4
    assert count_directories(tmp_path / "gone", 3) == 1


@pytest.mark.parametrize(
    ("budget", "watched"), [(0, "abc"), (100, "abc"), (35, "ab"), (12, "a"), (3, "")]
)
def test_the_smallest_directories_are_watched_first(budget: int, watched: str) -> None:
    assert within_budget({"c": 50, "b": 20, "a": 10}, budget) == frozenset(watched)


def test_the_budget_is_the_systems_limit_or_unlimited() -> None:
    assert watch_budget() >= 0
