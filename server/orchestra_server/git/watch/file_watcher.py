"""Watches directories for changes through the kernel."""

import os
import select
import socket
import sys
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from orchestra_server.git.watch.inotify_watch import watch_trees

# Milliseconds: changes are reported after a step without any, and at the latest after LATEST.
QUIET_STEP = 200
_LATEST = 2_000
_INOTIFY_LIMIT = Path("/proc/sys/fs/inotify/max_user_watches")
# Directories: on Linux each costs a watch, of which the user has a limited number for all
# programs, and about a kilobyte of the kernel's memory.
_MOST_WATCHED = 20_000
_SHARE = 2


class FileWatcher:
    """Watches directories in a thread of its own until stopped; calls come from that thread.

    `on_ready` is called once no change can be missed, `on_changes` with the changed paths, and
    `on_failure` with the reason and whether the watch had been ready; after it nothing is called.
    A missing path is skipped.
    """

    def __init__(
        self,
        paths: Iterable[Path],
        *,
        on_ready: Callable[[], None],
        on_changes: Callable[[Sequence[str]], None],
        on_failure: Callable[[str, bool], None],
        is_recursive: bool = True,
    ) -> None:
        self.paths = frozenset(paths)
        self._is_recursive = is_recursive
        self._on_ready = on_ready
        self._on_changes = on_changes
        self._on_failure = on_failure
        self._ready = False
        self.is_stopped = False
        self._end, self._ended = socket.socketpair()
        threading.Thread(target=self._run, name="orchestra-watch", daemon=True).start()

    def stop(self) -> None:
        """Report nothing more; the thread ends at once, or within a step of watchfiles."""
        self.is_stopped = True
        self._end.close()

    def retire(self) -> None:
        """End, and report what has changed until now; another watch gets the rest."""
        self._end.close()

    def _run(self) -> None:
        try:
            for paths in changes_below(
                self.paths, self._ended, self._tell_ready, is_recursive=self._is_recursive
            ):
                if self.is_stopped:
                    return
                self._on_changes(paths)
        except (OSError, RuntimeError) as error:  # those that watchfiles documents, with its own
            if not self.is_stopped:
                self._on_failure(str(error), self._ready)
        finally:
            self._ended.close()
            self._end.close()

    def _tell_ready(self) -> None:
        if not self.is_stopped:
            self._ready = True
            self._on_ready()


def changes_below(
    paths: Collection[Path],
    ended: socket.socket,
    on_ready: Callable[[], None],
    *,
    is_recursive: bool,
) -> Iterator[Sequence[str]]:
    """Yield changed paths until the other side of `ended` is closed; raises OSError.

    A directory that is watched stands for anything in it.
    """
    if sys.platform == "linux":
        yield from watch_trees(
            map(str, paths),
            ended,
            on_ready,
            is_recursive=is_recursive,
            quiet=QUIET_STEP / 1_000,
            latest=_LATEST / 1_000,
        )
        return
    from watchfiles import watch  # noqa: PLC0415 - 50 ms that a server without chambers saves

    batches = watch(
        *paths,
        watch_filter=None,
        step=QUIET_STEP,
        debounce=_LATEST,
        stop_event=_StopEvent(ended, on_ready),
        raise_interrupt=False,
        ignore_permission_denied=True,
        recursive=is_recursive,
    )
    for batch in batches:
        yield [path for _, path in batch]
    yield list(map(str, paths))  # at its end it does not report what it has gathered


class _StopEvent:
    """The event that watchfiles checks in each step; the first check means that it is watching."""

    def __init__(self, ended: socket.socket, on_ready: Callable[[], None]) -> None:
        self._ended = ended
        self._on_ready = on_ready
        self._is_first = True

    def is_set(self) -> bool:
        """Tell watchfiles whether to stop."""
        if self._is_first:
            self._is_first = False
            self._on_ready()
        return bool(select.select([self._ended], [], [], 0)[0])


def watch_budget() -> int:
    """Return how many directories may be watched; 0 for any number."""
    try:
        limit = int(_INOTIFY_LIMIT.read_text())
    except (OSError, ValueError):
        return 0  # no inotify: a whole tree costs one watch
    return min(_MOST_WATCHED, max(1, limit // _SHARE))


def within_budget(directories: Mapping[str, int], budget: int) -> frozenset[str]:
    """Return which places can be watched, those with the fewest directories first."""
    if not budget:
        return frozenset(directories)
    watched: set[str] = set()
    for place, count in sorted(directories.items(), key=lambda item: (item[1], item[0])):
        budget -= count
        if budget < 0:
            break
        watched.add(place)
    return frozenset(watched)


def count_directories(top: Path, most: int) -> int:
    """Return the number of directories, `most` + 1 if there are more."""
    count = 0
    pending = [str(top)]
    while pending and count <= most:
        count += 1
        try:
            with os.scandir(pending.pop()) as entries:
                pending += [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
        except OSError:
            continue  # gone or unreadable: nothing to watch
    return count
