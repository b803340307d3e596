"""The file watches of a clone's chambers: a new watcher replaces the old one once it is ready."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Protocol

from orchestra_server.git.watch.file_watcher import FileWatcher
from orchestra_server.usecases.conflicts.watch_plan import WatchPlan


class WatchListener(Protocol):
    """Receives the events of the watches; its methods are called in the event loop."""

    def files_changed(self, paths: Sequence[str]) -> None:
        """Handle changed paths."""
        ...

    def watch_ready(self, unlooked: set[str]) -> None:
        """Handle chambers that may have changed unseen before the watch was ready."""
        ...

    def watch_failed(self, why: str, *, retry: bool) -> None:
        """Handle that nothing is watched now; `retry` if a new watcher may succeed."""
        ...


class ChamberWatchers:
    """Keeps one watcher, or two while the newer one is not ready."""

    def __init__(self, listener: WatchListener) -> None:
        self._listener = listener
        self._loop = asyncio.get_running_loop()
        self._watchers: list[FileWatcher] = []  # the newest comes last and may not be ready
        self._watched = frozenset[str]()
        self._unwatched = set[str]()  # chambers to check once the newest watcher is ready

    def add_unwatched(self, chambers: Iterable[str]) -> None:
        """Add chambers that no watcher watched, to be checked once one does."""
        self._unwatched.update(chambers)

    def watch(self, plan: WatchPlan) -> None:
        """Watch what the plan says; earlier watchers run until the new one is ready."""
        self._watched = plan.watched
        if plan.paths:
            self._watchers.append(self._start(plan))
        else:
            self.stop()

    def stop(self) -> None:
        """Stop all watchers."""
        for watcher in self._watchers:
            watcher.stop()
        self._watchers.clear()

    def _start(self, plan: WatchPlan) -> FileWatcher:
        watcher = FileWatcher(
            plan.paths,
            on_ready=self._from_thread(lambda: self._ready(watcher)),
            on_changes=lambda paths: self._from_thread(
                lambda: self._listener.files_changed(paths)
            )(),
            on_failure=lambda why, ended: self._from_thread(
                lambda: self._failed(watcher, why, ended=ended)
            )(),
        )
        return watcher

    def _ready(self, watcher: FileWatcher) -> None:
        """End the replaced watchers, and report the chambers that none of them watched.

        Only a replaced watcher knows the latest changes, because it gathers changes before it
        reports.
        """
        if self._watchers[-1:] != [watcher]:
            return  # already replaced: the newest watcher checks these chambers once it is ready
        for replaced in self._watchers[:-1]:
            replaced.retire()
        del self._watchers[:-1]
        unlooked, self._unwatched = self._unwatched, set[str]()
        self._listener.watch_ready(unlooked)

    def _failed(self, watcher: FileWatcher, why: str, *, ended: bool) -> None:
        """Stop watching; another may succeed if this one ran, or lacked another's watches."""
        if self._watchers[-1:] != [watcher]:
            self._unwatched |= self._watched
            return
        retry = ended or len(self._watchers) > 1
        self.stop()
        self._watched = frozenset[str]()
        self._listener.watch_failed(why, retry=retry)

    def _from_thread(self, call: Callable[[], None]) -> Callable[[], None]:
        """Return a function with which another thread schedules the call in the event loop."""

        def schedule() -> None:
            with suppress(RuntimeError):  # the event loop is closed
                self._loop.call_soon_threadsafe(call)

        return schedule
