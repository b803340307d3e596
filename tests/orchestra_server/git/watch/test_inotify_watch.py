"""What a watch by inotify reports of directories that come, go and move."""

import os
import socket
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from orchestra_server.git.watch.inotify_watch import watch_trees

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux")
_SECONDS = 20.0
_QUEUED = Path("/proc/sys/fs/inotify/max_queued_events")


class Reports:
    """All paths that a watch has reported."""

    def __init__(self) -> None:
        self.paths = set[str]()
        self._came = threading.Condition()

    def add(self, paths: list[str]) -> None:
        with self._came:
            self.paths.update(paths)
            self._came.notify_all()

    def wait_for(self, path: Path) -> None:
        with self._came:
            assert self._came.wait_for(lambda: str(path) in self.paths, _SECONDS), self.paths


@contextmanager
def watching(
    *tops: Path, before_it_reads: Callable[[], object] = lambda: None
) -> Generator[Reports]:
    reports, ready = Reports(), threading.Event()
    end, ended = socket.socketpair()

    def on_ready() -> None:
        before_it_reads()
        ready.set()

    def run() -> None:
        batches = watch_trees(
            map(str, tops), ended, on_ready, is_recursive=True, quiet=0.01, latest=0.1
        )
        for paths in batches:
            reports.add(paths)

    thread = threading.Thread(target=run)
    thread.start()
    assert ready.wait(_SECONDS)
    yield reports
    end.close()
    thread.join(_SECONDS)
    assert not thread.is_alive()
    ended.close()


def test_what_is_in_a_new_directory_is_reported_and_watched(tmp_path: Path) -> None:
    made = tmp_path / "made" / "below"
    with watching(tmp_path, tmp_path / "missing") as reports:
        made.mkdir(parents=True)
        (made / "at-once").write_text("")
        reports.wait_for(made / "at-once")
        reports.paths.clear()
        (made / "later").write_text("")
        reports.wait_for(made / "later")


def test_a_directory_that_comes_while_the_one_around_it_is_read_is_watched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = tmp_path / "made"
    scandir = os.scandir

    def scan_and_make(path: str) -> object:
        entries = scandir(path)
        if path == str(made) and not (made / "below").exists():
            list(entries)
            (made / "below").mkdir()
        return entries

    monkeypatch.setattr(os, "scandir", scan_and_make)
    with watching(tmp_path) as reports:
        made.mkdir()
        reports.wait_for(made / "below")
        (made / "below" / "file").write_text("")
        reports.wait_for(made / "below" / "file")


def test_when_the_system_drops_events_all_is_reported_and_new_directories_are_watched(
    tmp_path: Path,
) -> None:
    if (queued := int(_QUEUED.read_text())) > 100_000:
        pytest.skip(f"the system queues {queued} events")
    files = [tmp_path / "one", tmp_path / "two"]
    for file in files:
        file.write_text("")
    late = tmp_path / "late"

    def change_too_much() -> None:
        for at in range(queued + 1):
            os.utime(files[at % 2])
        late.mkdir()

    with watching(tmp_path, before_it_reads=change_too_much) as reports:
        reports.wait_for(tmp_path)
        (late / "file").write_text("")
        reports.wait_for(late / "file")


def test_a_directory_that_moved_is_reported_by_its_new_name_alone(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    (inside / "old").mkdir(parents=True)
    outside.mkdir()
    with watching(inside) as reports:
        (inside / "old").rename(inside / "new")
        reports.wait_for(inside / "new")
        (inside / "new" / "file").write_text("")
        reports.wait_for(inside / "new" / "file")
        (inside / "new").rename(outside / "new")
        reports.wait_for(inside / "new")
        (outside / "new" / "unseen").write_text("")
        (inside / "last").write_text("")
        reports.wait_for(inside / "last")
    assert not [path for path in reports.paths if path.endswith("unseen")]


def test_links_are_not_followed_and_a_deleted_directory_is_reported(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    (inside / "gone").mkdir(parents=True)
    outside.mkdir()
    (inside / "link").symlink_to(outside)
    with watching(inside) as reports:
        (outside / "unseen").write_text("")
        (inside / "gone").rmdir()
        reports.wait_for(inside / "gone")
    assert reports.paths == {str(inside / "gone")}
