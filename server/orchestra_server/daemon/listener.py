"""The daemon's socket: one question per connection and its answer, each a line of JSON.

`about` returns the daemon's version, clone and store; `attach` holds the daemon until the asker
hangs up; `command` runs an operator's command; `stop` ends the daemon.
"""

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias, cast

from orchestra_core.daemon.ask_daemon import introduction
from orchestra_core.daemon.daemon_files import daemon_socket
from orchestra_core.daemon.start_daemon import daemon_environ
from orchestra_core.project import Project
from orchestra_core.settings import Settings
from orchestra_core.store.client.address import masked
from orchestra_server.daemon.lifetime import Lifetime

_LINE_LIMIT = 4 * 1024 * 1024
_HANG_UP_SECONDS = 1.0  # for askers to be let go at the daemon's end
_PRIVATE = 0o177  # the umask that keeps the socket to its owner

Question = Mapping[str, Any]
# Gets a command, and a function to call with what it waits for.
RunCommand: TypeAlias = Callable[[object, Callable[[str], None]], Awaitable[Mapping[str, object]]]


class Listener:
    """Answers everyone who connects to the socket."""

    def __init__(
        self,
        project: Project,
        settings: Settings,
        lifetime: Lifetime,
        run_command: RunCommand,
    ) -> None:
        self._project = project
        self._settings = settings
        self._lifetime = lifetime
        self._run_command = run_command
        self._own = introduction(project.git_dir, daemon_environ(project, settings))
        self._open = set[asyncio.StreamWriter]()
        self._serving = set[asyncio.Task[None]]()

    @contextlib.asynccontextmanager
    async def listen(self) -> AsyncGenerator[None]:
        """Accept connections within the block; raises OSError if the socket cannot be made.

        The caller holds the daemon's lock, and has made the directories.
        """
        place = daemon_socket(self._project.git_dir)
        _remove(place)  # left by a killed daemon, because this one holds the lock
        mask = os.umask(_PRIVATE)
        try:
            server = await asyncio.start_unix_server(self._serve, place, limit=_LINE_LIMIT)
        finally:
            os.umask(mask)
        try:
            yield
        finally:
            _remove(place)
            server.close()
            for writer in tuple(self._open):
                if self._lifetime.was_stopped:
                    _say(writer, {"stopped": True})
                writer.close()
            if self._serving:  # asyncio logs a traceback for one that it has to cancel
                await asyncio.wait(self._serving, timeout=_HANG_UP_SECONDS)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        task = cast("asyncio.Task[None]", asyncio.current_task())
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)
        try:
            question = _parse(await reader.readline())
            if question is not None:
                await self._answer(question, reader, writer)
        except (ConnectionError, ValueError):
            pass  # the asker is gone, or its line is too long for a question
        finally:
            self._open.discard(writer)
            writer.close()

    async def _answer(
        self, question: Question, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if question.get("call") == "stop":
            _say(writer, {"pid": os.getpid()})
            await writer.drain()
            self._lifetime.stop()
            return
        is_outdated = self._lifetime.is_outdated()
        differs = "version" if is_outdated else difference(self._own, question)
        if question.get("call") == "command" and not differs:
            with self._lifetime.hold("command"):
                await self._answer_command(question, reader, writer)
            return
        answer = self._about()
        if differs:
            answer["differs"] = differs
            # An asker waits for it, or else stops a daemon that has agents.
            answer["renews"] = is_outdated and not self._lifetime.runs_agents
        _say(writer, answer)
        await writer.drain()
        if question.get("call") == "attach" and not differs:
            with self._lifetime.hold():
                await _hung_up(reader)

    async def _answer_command(
        self, question: Question, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Run a command and send what it prints; cancel it when the asker hangs up.

        An asker that wants to know the progress is told at once that the command has begun.
        """

        def tell(waits_for: str) -> None:
            if question.get("progress"):
                _say(writer, {"waits_for": waits_for})

        tell("")
        running = asyncio.ensure_future(self._run_command(question.get("command"), tell))
        leaving = asyncio.create_task(_hung_up(reader))
        try:
            await asyncio.wait([running, leaving], return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                if running.result().get("differs") == "version":
                    self._lifetime.renew()
                _say(writer, running.result())
                await writer.drain()
        finally:
            running.cancel()
            leaving.cancel()
            await asyncio.gather(running, leaving, return_exceptions=True)

    def _about(self) -> dict[str, object]:
        url = self._settings.redis_url
        return {
            "pid": os.getpid(),
            "version": self._own["version"],
            "project": self._project.id,
            "store": masked(url) if url else str(self._settings.state_dir),
            "attached": self._lifetime.holders,
        }


def difference(own: Question, asker: Question) -> str:
    """Return how an asker differs from this daemon: "version", "store", or "" for not at all.

    A process whose code was updated since it began, as this daemon's was, may hold a newer daemon.
    """
    parts = ("common_dir",) if asker.get("outdated") else ("version", "code", "common_dir")
    if any(own.get(part) != asker.get(part) for part in parts):
        return "version"
    return "" if own.get("store") == asker.get("store") else "store"


async def _hung_up(reader: asyncio.StreamReader) -> None:
    while await reader.read(_LINE_LIMIT):
        pass


def _remove(socket: str) -> None:
    Path(socket).unlink(missing_ok=True)


def _parse(line: bytes) -> Question | None:
    try:
        question: object = json.loads(line)
    except ValueError:
        return None
    return cast("Question", question) if isinstance(question, dict) else None


def _say(writer: asyncio.StreamWriter, answer: Mapping[str, object]) -> None:
    writer.write(json.dumps(answer).encode() + b"\n")
