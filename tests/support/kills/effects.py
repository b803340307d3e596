"""Counts what a process changes outside itself, and ends it at the effect of a given number.

The three narrow doors are watched and not the callers, so that a new effect is counted without
anyone remembering it: scripts sent to Redis, processes that are started, files that are opened for
writing, renamed, made or removed.
"""

import os
import signal
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from threading import Lock
from typing import cast

from orchestra_core.store.client.client_protocol import Part
from orchestra_core.store.client.redis_client import RedisClient
from orchestra_core.store.client.redis_request import Answer
from orchestra_core.store.scripts import Script

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_FILE_EVENTS = frozenset(
    (
        *("os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.symlink", "os.link"),
        *("os.truncate", "os.chmod", "os.utime"),
    )
)
# What only looks: to be ended before one of these is to be ended after the effect before it.
_LOOKING = frozenset(
    (
        *("cat-file", "check-ignore", "cherry", "diff", "diff-tree", "for-each-ref", "ls-files"),
        *("ls-tree", "merge-base", "merge-tree", "rev-list", "rev-parse", "show-ref", "status"),
        *("symbolic-ref", "var", "version", "write-tree"),
    )
)


class Effects:
    """The effects of this process on files below `place`, in order."""

    def __init__(self, place: Path, end_at: int = 0) -> None:
        self.place = str(place)
        self.end_at = end_at  # counted from 1; 0: never
        self.names: list[str] = []
        self._counting = False
        self._lock = Lock()

    def begin(self) -> None:
        """Count from now on; there is no way to take an audit hook back, so only once."""
        self._watch_scripts()
        self._counting = True
        sys.addaudithook(self._heard)

    def end(self) -> None:
        """Stop counting."""
        self._counting = False

    def happens(self, name: str) -> bool:
        """Note an effect about to happen; return whether the process must end at it."""
        with self._lock:
            self.names.append(name)
            return len(self.names) == self.end_at

    def _heard(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self._counting:
            return
        if event == "open":
            self._opened(arguments)
        elif event in _FILE_EVENTS:
            if self._concerns(arguments) and self.happens(f"{event} {_shown(arguments[0])}"):
                die()
        elif event == "subprocess.Popen":
            name = _command(arguments[1])
            if name and self.happens(name):
                die()

    def _opened(self, arguments: tuple[object, ...]) -> None:
        path, _, flags = arguments
        if not (isinstance(flags, int) and flags & _WRITING and self._concerns(arguments)):
            return
        name = _shown(path)
        if self.happens(f"open {name}"):
            die()
        if flags & os.O_TRUNC and self.happens(f"emptied {name}"):
            # Opened and not yet written: the file's old content is lost.
            self._counting = False
            os.close(os.open(name, flags, 0o600))
            die()

    def _concerns(self, arguments: tuple[object, ...]) -> bool:
        path = arguments[0]
        if isinstance(path, int):
            return False
        name = _shown(path)
        return name.startswith(self.place) or not name.startswith("/")

    def _watch_scripts(self) -> None:
        run = RedisClient.run

        async def counted(
            self: RedisClient, script: Script, keys: tuple[str, ...], arguments: Sequence[Part]
        ) -> Answer:
            effects.sent(script)
            return await run(self, script, keys, arguments)

        effects = self
        RedisClient.run = counted

    def sent(self, script: Script) -> None:
        """Note a script that is being sent to the server, if it writes."""
        if self._counting and script.name != "snapshot" and self.happens(script.name):
            die()


def die() -> None:
    """End this process as `kill -9` does."""
    os.kill(os.getpid(), signal.SIGKILL)


def _shown(path: object) -> str:
    if isinstance(path, bytes):
        return os.fsdecode(path)
    return str(path)


def _command(arguments: object) -> str:
    """Return the name of a command, "" for one that only reads."""
    words = [_shown(word) for word in cast("Iterable[object]", arguments)]
    if "git" not in words:
        return " ".join(words[:2])
    rest = words[words.index("git") + 1 :]
    while rest and rest[0].startswith("-"):
        rest = rest[2:] if rest[0] in {"-C", "-c"} else rest[1:]
    if not rest or rest[0] in _LOOKING or rest[:2] == ["worktree", "list"]:
        return ""
    return f"git {' '.join(word for word in rest[:2] if not word.startswith('-'))}"
