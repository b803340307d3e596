"""`orchestra demo`: plays a small real orchestration, in the room or as JSON lines."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import aclosing, contextmanager
from pathlib import Path

from orchestra_core.configuration.configuration import read_configuration
from orchestra_core.events import encode_event
from orchestra_core.store.follow import Arrived, Snapshot
from orchestra_core.store.open_store import open_store
from orchestra_core.store.store import Store
from orchestra_core.text import one_line
from orchestra_server.demo.demo_setup import DemoSetup, demo_setup
from orchestra_tui.command_line.commands.room import open_room
from orchestra_tui.command_line.print_output import print_json, print_lines
from orchestra_tui.room_options import read_room_options

PACE_S = 5.0  # slow enough to read along and type an interrupt
HEADLESS_PACE_S = 0.05
_ENDED = frozenset({"task.completed", "task.closed"})
_GRACE_S = 10.0
_FAREWELL = (
    "That was the demo; its repository has been removed. To use Orchestra in yours:",
    "  orchestra init   # once, in the repository",
    "  orchestra        # the room",
)


def run(*, headless: bool, pace: float | None) -> int:
    """Play the demo: without the room one round, otherwise round after round until it is left.

    `pace` is a worker's pause before each tool, in seconds.
    """
    with demo_setup(Path(sys.executable)) as setup:
        if headless:
            return _headless(setup, HEADLESS_PACE_S if pace is None else pace)
        return _in_the_room(setup, PACE_S if pace is None else pace)


def _in_the_room(setup: DemoSetup, pace: float) -> int:
    options = read_room_options(read_configuration(os.environ, None))  # the person's keys and theme
    os.environ.update(setup.environ)
    with _conductor(setup, pace, rounds=0):
        code = open_room(setup.project, setup.settings, options)
    if code == 0:
        print_lines(_FAREWELL)
    return code


def _headless(setup: DemoSetup, pace: float) -> int:
    async def play() -> int:
        async with open_store(setup.project.id, setup.settings) as store:
            with _conductor(setup, pace, rounds=1) as conductor:
                printing = asyncio.create_task(_print_until_ended(store))
                code = await asyncio.to_thread(conductor.wait)
                if code != 0:
                    printing.cancel()
                    sys.stderr.write(f"orchestra: the demo failed: {_last_line(setup.log)}\n")
                    return 1
                await asyncio.wait_for(printing, _GRACE_S)
                return 0

    return asyncio.run(play())


async def _print_until_ended(store: Store) -> None:
    """Print each event once, from the first to the one that ends the task."""
    async with aclosing(store.follow()) as updates:
        async for update in updates:
            match update:
                case Snapshot():
                    history = await store.events()
                    events = tuple(event for event in history if event.seq <= update.state.seq)
                case Arrived(events=events):
                    pass
                case _:
                    continue
            for event in events:
                print_json(encode_event(event))
            if any(event.kind in _ENDED for event in events):
                return


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return one_line(lines[-1]) if lines else "it said nothing"


@contextmanager
def _conductor(setup: DemoSetup, pace: float, *, rounds: int) -> Generator[subprocess.Popen[bytes]]:
    """Start the conductor; it ends when its stdin is closed, so it cannot outlive this process."""
    with setup.log.open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - our own module with our own interpreter
            [
                sys.executable,
                "-P",
                "-m",
                "orchestra_server.demo",
                str(setup.project.root),
                f"--pace={pace}",
                f"--rounds={rounds}",
            ],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            cwd=setup.project.root,
            env=setup.environ,
        )
    try:
        yield process
    finally:
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            process.terminate()
            process.wait(_GRACE_S)
