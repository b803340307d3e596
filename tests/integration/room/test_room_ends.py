"""However its terminal or its process ends, the room leaves nothing running."""

import os
import signal
from pathlib import Path

import pytest

from orchestra_core.private_valkey import inspect
from orchestra_core.settings import Settings
from tests.support.git.repositories import TestRepository
from tests.support.room.real_room import ROOM, room_environ
from tests.support.room.terminal import Terminal, terminal
from tests.support.stores.valkey_users import wait_until

PATIENCE = 40.0  # seconds; on a busy machine the server takes most of them to start and leave
ALT_SCREEN = "\x1b[?1049h"


def environ_of(settings: Settings) -> dict[str, str]:
    # Every process that the room starts has the mark from there.
    return room_environ(settings) | {"ENDING": str(settings.state_dir)}


def has_mark(place: Path, settings: Settings) -> bool:
    """Tell whether a process has our mark in its environment."""
    try:
        environ = (place / "environ").read_bytes().split(b"\0")
    except OSError:
        return False
    return f"ENDING={settings.state_dir}".encode() in environ


def ends_with_nothing_left(shown: Terminal, settings: Settings) -> None:
    shown.process.wait(PATIENCE)
    running = list[Path]()

    def nothing_is_left() -> bool:
        """Look at all processes only when those that were found have ended."""
        running[:] = [place for place in running if has_mark(place, settings)]
        if not running:
            everything = Path("/proc").glob("[0-9]*")
            running[:] = [place for place in everything if has_mark(place, settings)]
        return not running

    wait_until(nothing_is_left, PATIENCE)
    assert not inspect(settings).running


@pytest.mark.parametrize("moment", ["1 Tasks", "● live", "server ready"])
def test_the_room_ends_when_its_terminal_disappears(
    repository: TestRepository, alone: Settings, moment: str
) -> None:
    with terminal(ROOM, repository.path, environ_of(alone)) as shown:
        shown.wait_for(moment)
        shown.press("\t\tt")
        shown.vanish()
        ends_with_nothing_left(shown, alone)


def test_the_room_ends_when_its_terminal_session_disappears(
    repository: TestRepository, alone: Settings
) -> None:
    """The kernel sends SIGHUP and then SIGCONT, as when tmux is killed or ssh breaks off."""
    with terminal(ROOM, repository.path, environ_of(alone), controlling=True) as shown:
        shown.wait_raw(ALT_SCREEN)
        shown.vanish()
        ends_with_nothing_left(shown, alone)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_during_start_up_ends_the_room_cleanly(
    repository: TestRepository, alone: Settings, number: signal.Signals
) -> None:
    with terminal(ROOM, repository.path, environ_of(alone)) as shown:
        shown.wait_raw(ALT_SCREEN)
        os.kill(shown.process.pid, number)
        assert shown.wait_end() == 128 + number
        assert "Traceback" not in shown.text
        ends_with_nothing_left(shown, alone)


def test_a_signal_ends_the_room_although_its_terminal_does_not_read(
    repository: TestRepository, alone: Settings
) -> None:
    with terminal(ROOM, repository.path, environ_of(alone)) as shown:
        shown.wait_for("1 Tasks")
        shown.press("tt" * 30)  # each paints the whole screen, and from here on nobody reads it
        os.kill(shown.process.pid, signal.SIGTERM)
        ends_with_nothing_left(shown, alone)


@pytest.mark.parametrize("moment", [ALT_SCREEN, "1 Tasks", "● live"])
def test_a_killed_room_leaves_no_server_and_no_valkey(
    repository: TestRepository, alone: Settings, moment: str
) -> None:
    with terminal(ROOM, repository.path, environ_of(alone)) as shown:
        shown.wait_raw(moment)
        os.kill(shown.process.pid, signal.SIGKILL)
        ends_with_nothing_left(shown, alone)
