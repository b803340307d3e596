"""Has the clone's daemon run gates that somebody waits for, and passes on what they wait for."""

import asyncio
import json
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, cast

from msgspec import Struct, to_builtins

from orchestra_core.daemon.ask_daemon import introduction
from orchestra_core.daemon.daemon_files import daemon_socket, is_own_directory
from orchestra_core.daemon.start_daemon import daemon_environ
from orchestra_core.errors import Refused
from orchestra_server.git.process.foreign_programs import tell_wait
from orchestra_server.usecases.common.transaction import Context

_LOOK = 0.1  # seconds between two checks whether the caller still waits
_WITHIN = 20.0  # seconds within which a daemon starts, at first or after it was killed
_LINE_LIMIT = 1024 * 1024
_SILENT = 3.0  # seconds; by then the daemon has said what it waits for
_TOLD_AFTER = 1.0  # seconds, if it says so
JUDGE = "judge"


class JudgeCommand(Struct, frozen=True, kw_only=True):
    """A commit of the clone, whose tree the gates of `plan` judge for the working tree `root`."""

    name: str = JUDGE
    root: str
    commit: str
    plan: str  # the digest of what the asker trusts
    whose: str
    again: bool = False


class DaemonToJudge:
    """Asks the clone's daemon; if it was out of reach once, it is not waited for again."""

    def __init__(self) -> None:
        self._within = _WITHIN

    async def judge(self, context: Context, command: JudgeCommand) -> bool:
        """Return once the verdicts are in the store; False if no daemon can be asked.

        If the daemon ends meanwhile, its keeper starts it again, and it is asked again. Raises
        Refused if the caller gave up, and with what keeps the daemon from judging.
        """
        common_dir = context.project.git_dir
        place = daemon_socket(common_dir)
        question = {
            "call": "command",
            "progress": True,
            "command": to_builtins(command),
            **introduction(common_dir, daemon_environ(context.project, context.settings)),
        }
        since = time.monotonic()  # nobody was listening
        while True:
            begun = time.monotonic()
            answer = await _ask(place, question, command.whose)
            if answer is not None:
                if error := answer.get("error"):
                    raise Refused(str(error))
                return not answer.get("differs")
            if time.monotonic() - begun > _LOOK:
                since = time.monotonic()  # it was listening, and has ended
            if time.monotonic() - since > self._within:
                self._within = 0
                return False
            _require_waiting(f"the daemon, which is to judge {command.whose}", 0)
            await asyncio.sleep(_LOOK)


async def _ask(
    place: str, question: Mapping[str, object], whose: str
) -> Mapping[str, object] | None:
    """Return the daemon's answer; None if none listens or it ended meanwhile."""
    if not is_own_directory(str(Path(place).parent)):
        return None
    try:
        reader, writer = await asyncio.open_unix_connection(place, limit=_LINE_LIMIT)
    except OSError:
        return None
    with closing(writer):
        writer.write(json.dumps(question).encode() + b"\n")
        return await _answer(reader, whose)


async def _answer(reader: asyncio.StreamReader, whose: str) -> dict[str, object] | None:
    """Return the daemon's answer; None if it has ended."""
    waits_for, since = f"the daemon, which judges {whose}", time.monotonic()
    shown_from = since + _SILENT
    while True:
        try:
            async with asyncio.timeout(_LOOK):
                line = await reader.readline()
        except TimeoutError:
            now = time.monotonic()
            _require_waiting(waits_for, now - since if now > shown_from else 0)
            continue
        except (OSError, ValueError):
            return None
        try:
            said: Any = json.loads(line)
        except ValueError:
            return None
        if not isinstance(said, dict):
            return None
        answer = cast("dict[str, object]", said)
        if "waits_for" not in answer:
            return answer
        if answer["waits_for"] and answer["waits_for"] != waits_for:
            waits_for, shown_from = str(answer["waits_for"]), 0
            since = time.monotonic() - _TOLD_AFTER


def _require_waiting(waits_for: str, seconds: float) -> None:
    if not tell_wait(waits_for, seconds):
        raise Refused(f"{waits_for} was cancelled and was ended; nothing of it is kept")
