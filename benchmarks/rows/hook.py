"""What every tool call of a worker waits for: the hook that looks for mail."""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks.alternating import by_turns, command_ms
from benchmarks.places import a_place
from benchmarks.row import Aim, Budget, Finding, Row, finding
from tests.support.hooks import Session, rooms_at, send

_EVENT = "PreToolUse"
_INPUT = {"tool_name": "Bash", "tool_input": {"command": "true", "description": "x" * 4_000}}
_BARE = (sys.executable, "-I", "-S", "-c", "pass")


def measure(budget: Budget) -> list[Finding]:
    """Fire the hook in a chamber without mail and in one with a message, as a client would."""
    with a_place() as place:
        rooms = rooms_at(place.directory / "shop", place.server.url)
        without, with_mail = rooms.chamber("auth"), rooms.chamber("api")
        send(with_mail, "Use S256 only")
        quiet, told, nothing, bare = by_turns(
            (
                _fired(without),
                _fired(with_mail),
                lambda: command_ms(("/bin/true",), without, stdin=b"x" * 4_000),
                lambda: command_ms(_BARE, without),
            ),
            budget.seconds(10),
        )
    return [
        finding("no mail", "ms", quiet, Aim(2), versus="/bin/true", against=nothing),
        finding("mail", "ms", told, Aim(3), versus="python3 -I -S -c pass", against=bare),
    ]


def _fired(chamber: Path) -> Callable[[], float]:
    session = Session(chamber)
    (command,) = session.commands(_EVENT)
    payload = session.payload(_EVENT, _INPUT)
    environ: Mapping[str, str] = {**os.environ, "CLAUDE_PROJECT_DIR": str(chamber)}
    return lambda: command_ms(("/bin/sh", "-c", command), chamber, environ, payload)


ROW = Row(
    "hook",
    "What each tool call of a worker waits for: without mail by a program that does nothing, "
    "with mail by an interpreter that does nothing.",
    measure,
)
