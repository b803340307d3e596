"""Notices changes in the main checkout or a sibling chamber while one worker's command runs.

A change is no proof: the person, or a background program, may have made it. So the worker is told
only if exactly one worker's command ran, and only about files that differ from the last commit
there, so that a landing, a pull or a commit is not reported.
"""

import asyncio
import logging
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from orchestra_core.change import Change
from orchestra_core.clock import now_ms
from orchestra_core.errors import OrchestraError
from orchestra_core.events import Event, EventData
from orchestra_core.models import Chamber, Presence
from orchestra_core.store.reads import Reads
from orchestra_core.text import one_line
from orchestra_server.domain.chambers.orchestra_files import is_own_file
from orchestra_server.files.hook_setup.hook_settings import is_isolated
from orchestra_server.git.process.run import ceiling_env, run_git
from orchestra_server.git.watch.file_watcher import FileWatcher, count_directories
from orchestra_server.usecases.clones.whereabouts import is_here
from orchestra_server.usecases.common.transaction import NOTHING, Context
from orchestra_server.usecases.interrupts.interrupt_worker import interrupt_worker
from orchestra_server.usecases.workers.running_commands import RunningCommand, RunningCommands

ACTOR = "orchestra"
# Directories; a larger main checkout is not watched, because chambers need the watches more.
MOST_DIRECTORIES = 4_000
_MOST_PATHS, _SHOWN_PATHS = 200, 3
# Seconds: a change and the report of its command arrive on different paths.
_PAUSE_S = 0.2
# Milliseconds after a worker's last report in which changes in its chamber count as its own.
_OWN_WORK_MS = 10_000
_NOT_WATCHED = frozenset((".git", ".claude", "node_modules", ".venv"))
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _StrayWrite:
    """Files that changed in one place while a command ran."""

    command: RunningCommand
    top: Path
    where: str
    files: tuple[str, ...]


class StrayWriteWatch:
    """Watches the main checkout for writes while a worker of this clone is in a turn.

    Between turns nothing is watched, because on systems other than Linux an open watch wakes the
    process regularly. Writes into sibling chambers are reported by the caller.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._main = context.project.main_checkout
        self._commands = RunningCommands()
        self._chambers = dict[str, Chamber]()
        self._active = dict[str, int]()  # by chamber: when its worker was last at work
        self._in_turn = set[str]()  # chambers whose worker is in a turn
        self._changed = dict[Path, set[str]]()  # changed paths, by the top of their working tree
        self._told = set[tuple[str, int, Path]]()
        self._woken = asyncio.Event()
        self._watchers: list[FileWatcher] | None = None  # None while no worker is in a turn
        self._loop = asyncio.get_running_loop()

    def note(self, chamber: Chamber, presence: Presence | None) -> None:
        """Take note of what a chamber's worker does from now on; quick: every report calls it."""
        if not chamber.is_live or not is_here(chamber, self._context.clone):
            self._forget(chamber.id)
        else:
            self._chambers[chamber.id] = chamber
            if presence is not None:
                self._take_report(chamber.id, presence)
        if bool(self._in_turn) != (self._watchers is not None):
            self._woken.set()

    def _take_report(self, chamber_id: str, presence: Presence) -> None:
        self._commands.note(presence)
        self._active[chamber_id] = max(presence.since, self._active.get(chamber_id, 0))
        if presence.is_active:
            self._in_turn.add(chamber_id)
        else:
            self._in_turn.discard(chamber_id)

    def _forget(self, chamber_id: str) -> None:
        """Drop an ended chamber; another one may come to its path."""
        self._commands.end(chamber_id, now_ms())
        self._chambers.pop(chamber_id, None)
        self._active.pop(chamber_id, None)
        self._in_turn.discard(chamber_id)
        self._told = {key for key in self._told if key[0] != chamber_id}

    def siblings_changed(self, files: Mapping[str, Sequence[str]]) -> None:
        """Take in the changed files of chambers, by chamber id."""
        for chamber_id, paths in files.items():
            if (chamber := self._chambers.get(chamber_id)) is not None:
                self._take(Path(chamber.path), paths)

    async def run(self) -> None:
        """Run until cancelled."""
        try:
            while True:
                await self._woken.wait()
                self._woken.clear()
                await self._watch_or_stop()
                await asyncio.sleep(_PAUSE_S)
                changed, self._changed = self._changed, {}
                for top, paths in changed.items():
                    await self.judge(top, sorted(paths)[:_MOST_PATHS])
        finally:
            self._stop_watching()

    async def _watch_or_stop(self) -> None:
        """Watch while a worker is in a turn, and until the effect of its last command is known."""
        if self._in_turn:
            if self._watchers is None:
                self._watchers = await self._watch_main()
        elif self._watchers is not None:
            if self._commands.has_recent(now_ms()):
                self._loop.call_later(_PAUSE_S, self._woken.set)
            else:
                self._stop_watching()

    def _stop_watching(self) -> None:
        for watcher in self._watchers or ():
            watcher.stop()
        self._watchers = None

    async def _watch_main(self) -> list[FileWatcher]:
        """Watch the main checkout: the files at the top, and the folders that git knows."""
        try:
            folders = await asyncio.to_thread(watched_folders, self._main)
        except (OrchestraError, OSError) as fault:
            _log.warning("%s is not watched: %s", self._main, fault)
            return []
        if folders is None:
            _log.warning("%s has too many folders: writes there go unnoticed", self._main)
            return []

        def watcher(paths: Iterable[Path], *, is_recursive: bool) -> FileWatcher:
            return FileWatcher(
                paths,
                on_ready=lambda: None,
                on_changes=self._main_changed,
                on_failure=lambda why, _: _log.warning("%s is not watched: %s", self._main, why),
                is_recursive=is_recursive,
            )

        top = watcher([self._main], is_recursive=False)
        return [top, watcher(folders, is_recursive=True)] if folders else [top]

    def _main_changed(self, paths: Sequence[str]) -> None:
        """Take in changes from a watcher's thread."""
        with suppress(RuntimeError):  # the event loop is closed
            self._loop.call_soon_threadsafe(self._take, self._main, paths)

    def _take(self, top: Path, paths: Sequence[str]) -> None:
        if self._commands.has_recent(now_ms()):
            self._changed.setdefault(top, set()).update(paths)
            self._woken.set()

    async def judge(self, top: Path, paths: Sequence[str]) -> None:
        """Report files that changed while exactly one other worker's command ran."""
        try:
            changed = await asyncio.to_thread(changed_files, top, paths)
            owner = next(
                (chamber for chamber in self._chambers.values() if Path(chamber.path) == top), None
            )
            files_by_command = dict[int, tuple[RunningCommand, list[str]]]()
            for file, at in changed:
                command = self._commands.alone_at(at)
                if command is not None and not self._is_owners(owner, command, at):
                    files_by_command.setdefault(id(command), (command, []))[1].append(file)
            where = f"chamber {owner.name}" if owner is not None else "the main checkout"
            for command, files in files_by_command.values():
                await self._tell(_StrayWrite(command, top, where, tuple(files)))
        except (OrchestraError, OSError) as fault:
            _log.warning("a change in %s was not told: %s", top, fault)

    def _is_owners(self, owner: Chamber | None, command: RunningCommand, at: int) -> bool:
        """Tell whether a change may be that of the chamber's own worker."""
        if owner is None:
            return False
        last_active = self._active.get(owner.id, 0)
        return owner.id == command.chamber_id or at - last_active < _OWN_WORK_MS

    async def _tell(self, stray: _StrayWrite) -> None:
        """Record what happened, and write to the worker; once per command and place."""
        key = (stray.command.chamber_id, stray.command.began_ms, stray.top)
        chamber = self._chambers.get(stray.command.chamber_id)
        if chamber is None or key in self._told or not is_here(chamber, self._context.clone):
            return
        self._told.add(key)
        if not await asyncio.to_thread(is_isolated, self._main):
            return
        words = stray_write_words(stray.command.command, stray.files, stray.where)

        async def decide(reads: Reads) -> Change:
            task, current = await reads.task(chamber.task_id), await reads.chamber(chamber.id)
            if task is None or not task.is_open or current is None or not current.is_live:
                return NOTHING
            event = Event(
                at=self._context.clock(),
                kind="checkout.changed",
                actor=ACTOR,
                task_id=chamber.task_id,
                chamber=chamber.name,
                data=EventData(action=stray.where, result=words),
            )
            return Change(events=(event,))

        await self._context.store.transact(decide)
        await interrupt_worker(
            replace(self._context, actor=ACTOR),
            task_id=chamber.task_id,
            chamber=chamber.name,
            message=(
                f"{words[0].upper()}{words[1:]}. If your command did that, undo it there and keep "
                f"to {chamber.path}; if not, go on."
            ),
        )


def stray_write_words(command: str, files: Sequence[str], where: str) -> str:
    """Return what happened in one line, without judging it."""
    shown = ", ".join(files[:_SHOWN_PATHS])
    more = f" and {len(files) - _SHOWN_PATHS} more" if len(files) > _SHOWN_PATHS else ""
    return one_line(f"while `{command}` ran, {shown}{more} changed in {where}", 1_000)


def watched_folders(main: Path) -> list[Path] | None:
    """Return the folders of a main checkout that git does not ignore; None if too many."""
    with os.scandir(main) as entries:
        names = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    names = [name for name in names if name not in _NOT_WATCHED]
    asked = "".join(f"{name}\0" for name in names)
    ignored = run_git(main, "check-ignore", "-z", "--stdin", stdin=asked, env=ceiling_env(main))
    folders = [main / name for name in names if name not in ignored.out.split("\0")]
    remaining = MOST_DIRECTORIES
    for folder in folders:
        remaining -= count_directories(folder, remaining)
        if remaining < 0:
            return None
    return folders


def changed_files(top: Path, paths: Sequence[str]) -> list[tuple[str, int]]:
    """Return the paths that differ from the last commit, and when each changed."""
    prefix = f"{top}/"
    relative = [path.removeprefix(prefix) for path in paths if path.startswith(prefix)]
    asked = [
        path
        for path in relative
        if path.partition("/")[0] not in _NOT_WATCHED and not is_own_file(path)
    ]
    if not asked:
        return []
    status = run_git(
        top, "--no-optional-locks", "status", "--porcelain", "-z", "--no-renames",
        "--untracked-files=all", "--", *(f":(top,literal){path}" for path in asked),
        env=ceiling_env(top),
    )  # fmt: skip
    return [(entry[3:], _changed_at(top / entry[3:])) for entry in status.out.split("\0")[:-1]]


def _changed_at(path: Path) -> int:
    """Return when a file changed, in milliseconds; for a deleted one, now."""
    try:
        status = path.lstat()
    except OSError:
        return now_ms()
    return int(max(status.st_mtime, status.st_ctime) * 1_000)
