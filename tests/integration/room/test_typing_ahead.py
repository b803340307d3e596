"""Keys that reach the real room in one write, or before their question was on the screen."""

from collections.abc import Generator
from pathlib import Path

import pytest

from orchestra_core.settings import Settings
from tests.support.git.repositories import TestRepository
from tests.support.room.real_room import ROOM, room_environ
from tests.support.room.terminal import Terminal, terminal

CTRL_S = "\x13"
ANSWER = "\x1b[0n"


@pytest.fixture
def shown(repository: TestRepository, alone: Settings) -> Generator[Terminal]:
    with terminal(ROOM, repository.path, room_environ(alone)) as screen:
        screen.wait_for("● live", "server ready")
        yield screen


def auth(repository: TestRepository) -> Path:
    return repository.path / ".claude/worktrees/auth"


def test_bursts_start_a_task_make_chambers_move_and_write(
    shown: Terminal, repository: TestRepository
) -> None:
    shown.press(f"nAdd a thing{CTRL_S}")
    shown.wait_for("● Add a thing")
    shown.wait_until(lambda screen: "Start a task" not in screen, "the dialog's end")
    shown.press("cauth, api, web\r")
    screen = shown.wait_until(lambda screen: len(rows(screen)) == 3, "three idle chambers")
    _first, second, third = rows(screen)
    shown.press("2jjihello")
    shown.wait_for(f"Interrupt {third}", "hello")
    shown.press("\x1b")
    shown.wait_until(lambda screen: "Interrupt " not in screen, "the dialog's end")
    shown.press("gjxy")
    shown.wait_for(f"Close {second}?", "That key was pressed before this appeared")
    assert auth(repository).exists()


def rows(screen: str) -> list[str]:
    """Return the idle chambers in the order of the board."""
    lines = (line for line in screen.splitlines() if "idle: no worker yet" in line)
    return [line.partition("○ ")[2].split()[0] for line in lines]


def test_a_yes_that_left_the_keyboard_before_the_question_was_on_the_screen_closes_nothing(
    shown: Terminal, repository: TestRepository
) -> None:
    """The terminal answers late, as over a slow line: what stands before its answer was blind."""
    shown.press(f"nAdd a thing{CTRL_S}")
    shown.wait_for("● Add a thing")
    shown.wait_until(lambda screen: "Start a task" not in screen, "the dialog's end")
    shown.press("cauth\r")
    shown.wait_for("○ auth")
    shown.answer(by_itself=False)
    shown.press("2x")
    shown.wait_for("Close auth?")
    shown.press("y" + ANSWER)
    shown.wait_for("That key was pressed before this appeared")
    assert auth(repository).exists()
    shown.press("y")
    shown.wait_for("auth closed")
    assert not auth(repository).exists()
