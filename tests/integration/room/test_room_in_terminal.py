"""The real room on a real terminal: a private Valkey, the bundled server, git, and keys."""

import os
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from orchestra_core.private_valkey import inspect
from orchestra_core.settings import Settings
from tests.support.git.repositories import TestRepository
from tests.support.processes import children_of
from tests.support.room.real_room import ROOM, room_environ
from tests.support.room.terminal import Terminal, showing, terminal
from tests.support.stores.valkey_users import kill_server

CTRL_S = "\x13"
ESCAPE = "\x1b"


@contextmanager
def room(repository: TestRepository, settings: Settings) -> Generator[Terminal]:
    """Open the room and wait until it is live and its server ready."""
    with terminal(ROOM, repository.path, room_environ(settings)) as shown:
        shown.wait_for("● live", "server ready")
        yield shown


def start_task(shown: Terminal, description: str) -> None:
    shown.press("n")
    shown.wait_for("Start a task")
    shown.press(description + CTRL_S)
    shown.wait_for(f"● {description}")
    shown.wait_until(lambda screen: "Start a task" not in screen, "the dialog's end")


def create_chambers(shown: Terminal, names: str) -> None:
    shown.press("c")
    shown.wait_for("Create chambers for:")
    shown.press(names + "\r")
    shown.wait_until(lambda screen: "Create chambers for:" not in screen, "the dialog's end")


def server_processes(room_pid: int) -> list[int]:
    """Return the MCP servers that a room has started; a shell that starts the daemon is none."""
    starters = children_of(room_pid, "orchestra_server daemon")
    return [pid for pid in children_of(room_pid, "orchestra_server") if pid not in starters]


def wait_until(
    met: Callable[[], bool], seconds: float = 60.0, shown: Callable[[], str] = str
) -> None:
    deadline = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < deadline, f"what was waited for did not happen\n{shown()}"
        time.sleep(0.05)


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_keys_start_a_task_create_chambers_and_send_an_interrupt_through_the_server(
    repository: TestRepository, alone: Settings
) -> None:
    with room(repository, alone) as shown:
        start_task(shown, "Add a login page")
        create_chambers(shown, "auth, api")
        shown.press("2")
        shown.wait_for("○ auth", "○ api")
        assert (repository.path / ".claude/worktrees/auth/.git").exists()

        shown.press("i")
        shown.wait_for("Interrupt api", "Nobody reads this now in api")
        shown.press("Use S256 only")
        shown.wait_for("Use S256 only")
        followed = showing("✓ sent", "✓ posted", "· delivered")
        shown.answer_question(CTRL_S, "Nobody reads this now in api", followed)
        assert "Use S256 only" in (repository.path / ".claude/worktrees/api/.INTERRUPT").read_text()
        shown.press(ESCAPE)
        shown.wait_until(lambda screen: "Interrupt api" not in screen, "the dialog's end")
        shown.wait_for("1 unread")

        (server,) = server_processes(shown.process.pid)
        shown.press("q")
        assert shown.wait_end() == 0
        wait_until(lambda: gone(server))
    assert repository.status == ""


def test_a_diff_is_fetched_from_the_server_when_its_page_is_opened(
    repository: TestRepository, alone: Settings
) -> None:
    with room(repository, alone) as shown:
        start_task(shown, "Say goodbye")
        create_chambers(shown, "words")
        chamber = repository.at(repository.path / ".claude/worktrees/words")
        chamber.write("goodbye.txt", "so long\n")
        shown.press("2d")
        shown.wait_for("so long")


def test_the_room_survives_a_kill_of_its_server_and_can_act_again(
    repository: TestRepository, alone: Settings
) -> None:
    with room(repository, alone) as shown:
        (server,) = server_processes(shown.process.pid)
        os.kill(server, signal.SIGKILL)
        shown.wait_for("server restarting")
        shown.wait_for("server ready")
        start_task(shown, "Go on after the server died")


def test_the_room_survives_a_kill_of_the_private_valkey_and_shows_every_event(
    repository: TestRepository, alone: Settings
) -> None:
    with room(repository, alone) as shown:
        start_task(shown, "Before the store died")
        kill_server(alone)
        shown.wait_for("Store reconnected after", "● live", "Before the store died")
        start_task(shown, "After the store died")
        assert "Before the store died" in shown.text


def test_a_killed_room_leaves_no_server_behind(repository: TestRepository, alone: Settings) -> None:
    with room(repository, alone) as shown:
        (server,) = server_processes(shown.process.pid)
        os.kill(shown.process.pid, signal.SIGKILL)
        wait_until(lambda: gone(server))
        wait_until(lambda: not inspect(alone).running)


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_the_room_works_in_tmux(
    repository: TestRepository, alone: Settings, tmp_path: Path
) -> None:
    tmux = ("tmux", "-S", str(alone.runtime_dir / "tmux"), "-f", "/dev/null")
    command = "exec " + shlex.join(ROOM)

    def said() -> str:
        shown = subprocess.run(
            [*tmux, "capture-pane", "-p"], capture_output=True, text=True, check=False
        )
        return shown.stdout

    def keys(*names: str) -> None:
        subprocess.run([*tmux, "send-keys", *names], check=True)

    subprocess.run(
        [*tmux, "new-session", "-d", "-x", "100", "-y", "30", "-c", str(repository.path), command],
        env=room_environ(alone),
        check=True,
    )
    try:
        wait_until(lambda: "● live" in said() and "server ready" in said(), shown=said)
        keys("n")
        wait_until(lambda: "Start a task" in said(), shown=said)
        keys("-l", "Work inside tmux")
        keys("C-s")
        # The row, not the event: whether the feed has room depends on tmux's own lines.
        wait_until(lambda: "● Work inside tmux" in said(), shown=said)
        wait_until(lambda: "Start a task" not in said(), shown=said)
        keys("q")
        wait_until(lambda: not inspect(alone).running, shown=said)
    finally:
        subprocess.run([*tmux, "kill-server"], check=False, capture_output=True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_room_and_leaves_no_process_behind(
    repository: TestRepository, alone: Settings, number: signal.Signals
) -> None:
    with room(repository, alone) as shown:
        os.kill(shown.process.pid, number)
        assert shown.wait_end() == 128 + number
        wait_until(lambda: not inspect(alone).running)


def test_keys_pressed_right_after_escape_are_not_lost(
    repository: TestRepository, alone: Settings
) -> None:
    with room(repository, alone) as shown:
        shown.press(ESCAPE + "g")
        shown.press("n")
        shown.wait_for("Start a task")


@pytest.mark.parametrize("way", ["the key", "a signal"])
def test_ctrl_z_restores_the_terminal_and_fg_paints_the_room_again(
    repository: TestRepository, alone: Settings, way: str
) -> None:
    shell = shutil.which("bash")
    if shell is None:
        pytest.skip("no shell with job control is known here")
    environ = room_environ(alone) | {"PS1": "prompt> "}
    with terminal((shell, "--norc", "-i"), repository.path, environ, controlling=True) as shown:
        shown.press(f"{shlex.join(ROOM)}\n")
        shown.wait_for("● live", "server ready")
        if way == "the key":
            shown.press("\x1a")
        else:
            (pid,) = children_of(shown.process.pid, "command_line")
            os.kill(pid, signal.SIGTSTP)
        shown.wait_for("Stopped")
        shown.press("clear; echo $((40 + 2))\n")
        shown.wait_until(lambda screen: screen.startswith("42"), "the answer of a sane shell")
        shown.press("fg\n")
        shown.wait_for("● live", "server ready")
        shown.press("q")
        shown.wait_for("prompt>")


def test_ctrl_z_is_refused_when_no_shell_started_the_room(
    repository: TestRepository, alone: Settings
) -> None:
    with room(repository, alone) as shown:
        os.kill(shown.process.pid, signal.SIGTSTP)
        shown.press("\x1a")
        shown.wait_for("There is no shell to return to; q quits the room")
