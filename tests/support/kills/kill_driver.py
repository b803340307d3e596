"""A process that makes one call after another, each in a child process that may be killed.

The children are forked, which saves each call half a second of imports.
`python -m tests.support.kills.kill_driver` answers each request, a line on stdin, with one line.
"""

import asyncio
import ctypes
import os
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from orchestra_core.errors import OrchestraError
from orchestra_core.project import find_project
from orchestra_core.replies.reply import Reply
from orchestra_core.settings import Settings
from orchestra_core.store.open_store import open_store
from orchestra_server.git.process.plain_git import git_version
from orchestra_server.usecases.chambers.close_chamber import close_chamber
from orchestra_server.usecases.chambers.create_chambers import create_chambers_batch
from orchestra_server.usecases.chambers.restore_chamber import restore_chamber
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion.complete_task import complete_task
from orchestra_server.usecases.interrupts.interrupt_worker import interrupt_worker
from orchestra_server.usecases.reconcile.reconcile import reconcile
from orchestra_server.usecases.tasks.start_task import start_task
from orchestra_server.usecases.workers.record_agent_action import record_agent_action
from orchestra_server.usecases.workers.share_discovery import share_discovery
from tests.support.kills.effects import Effects

_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER of prctl(2)
_ORPHAN_SECONDS = 30.0

VERBS: dict[str, Callable[..., Awaitable[Reply]]] = {
    verb.__name__: verb
    for verb in (
        *(start_task, create_chambers_batch, record_agent_action, share_discovery),
        *(interrupt_worker, complete_task, close_chamber, restore_chamber, reconcile),
    )
}


class DriverRequest(Struct, frozen=True, kw_only=True):
    """One call: `end_at` is the number of the effect at which its process is killed, 0 for none."""

    verb: str
    arguments: dict[str, Any]
    root: str
    project: str
    redis_url: str
    end_at: int = 0


class Outcome(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a call ended: `killed`, with a reply, or with the one line of an error."""

    killed: bool = False
    reply: dict[str, Any] = {}
    error: str = ""
    unexpected: bool = False  # an unexpected error
    effects: list[str] = []


def main() -> None:
    """Answer requests until stdin ends."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    git_version()  # imports GitPython, which the children then have
    for line in sys.stdin.buffer:
        requests = msgspec.json.decode(line, type=list[DriverRequest])
        children = [_start(request) for request in requests]
        outcomes = [_finish(*child) for child in children]
        _wait_for_orphans()
        sys.stdout.buffer.write(msgspec.json.encode(outcomes) + b"\n")
        sys.stdout.buffer.flush()


def _start(request: DriverRequest) -> tuple[int, int]:
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    status = 1
    try:
        os.setpgid(0, 0)
        os.close(reading)
        answer = msgspec.json.encode(asyncio.run(_call(request)))
        with os.fdopen(writing, "wb") as out:
            out.write(answer)
        status = 0
    finally:
        os._exit(status)


def _finish(child: int, reading: int) -> Outcome:
    with os.fdopen(reading, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    return msgspec.json.decode(answer, type=Outcome) if answer else Outcome(killed=True)


def _wait_for_orphans() -> None:
    """Wait for whatever the calls started: git goes on when its caller is killed.

    It has a session of its own, but this process inherits it.
    """
    deadline = time.monotonic() + _ORPHAN_SECONDS
    while time.monotonic() < deadline:
        try:
            os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        time.sleep(0.002)


async def _call(request: DriverRequest) -> Outcome:
    root = Path(request.root)
    effects = Effects(root.parent, request.end_at)
    settings = Settings(request.redis_url, root.parent / "state", root.parent, request.project)
    async with open_store(request.project, settings) as store:
        context = Context(
            store=store,
            project=find_project(root, request.project),
            settings=settings,
            actor="conductor",
        )
        await store.snapshot()
        effects.begin()
        try:
            reply = await VERBS[request.verb](context, **request.arguments)
        except OrchestraError as error:
            effects.end()
            return Outcome(error=str(error), effects=effects.names)
        except Exception as error:  # noqa: BLE001 - the test is told of it
            effects.end()
            return Outcome(error=repr(error), unexpected=True, effects=effects.names)
        effects.end()
    return Outcome(reply=msgspec.to_builtins(reply), effects=effects.names)


if __name__ == "__main__":
    main()
