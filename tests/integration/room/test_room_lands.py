"""The real room lands a task through its server: the dry run, a conflict left out, the commit."""

from pathlib import Path

from orchestra_core.settings import Settings
from tests.support.git.repositories import TestRepository
from tests.support.room.real_room import ROOM, room_environ
from tests.support.room.terminal import Terminal, showing, terminal

CTRL_S = "\x13"


def chambers_of(shown: Terminal, repository: TestRepository, names: str) -> dict[str, Path]:
    """Start a task with chambers by keys, and return where they are."""
    shown.wait_for("● live", "server ready")
    shown.press("n")
    shown.wait_for("Start a task")
    shown.press("Say hello" + CTRL_S)
    shown.wait_for("● Say hello")
    shown.press("c")
    shown.wait_for("Create chambers for:")
    shown.press(names + "\r")
    shown.wait_until(lambda screen: "Create chambers for:" not in screen, "the dialog's end")
    places = {name: repository.path / ".claude/worktrees" / name for name in names.split(",")}
    shown.wait_for(*(f"○ {name}" for name in places))
    return places


def test_two_keys_land_a_task_with_its_uncommitted_work(
    repository: TestRepository, alone: Settings
) -> None:
    with terminal(ROOM, repository.path, room_environ(alone)) as shown:
        places = chambers_of(shown, repository, "words")
        (places["words"] / "hello.txt").write_text("hello\n")
        shown.press("L")
        shown.wait_for("Land: Say hello", "enter lands words on", "words: hello.txt")
        landed = showing("words: landed on", "The task is completed.")
        shown.answer_question("\r", "words: hello.txt", landed)
        assert (repository.path / "hello.txt").read_text() == "hello\n"
        shown.press("\r")
        shown.wait_until(lambda screen: "Land: Say hello" not in screen, "the dialog's end")


def test_a_conflict_shows_its_lines_and_what_is_left_out_stays(
    repository: TestRepository, alone: Settings
) -> None:
    with terminal(ROOM, repository.path, room_environ(alone)) as shown:
        places = chambers_of(shown, repository, "one,two")
        for name, place in places.items():
            (place / "hello.txt").write_text(f"hello from {name}\n")
        shown.press("L")
        shown.wait_for("conflicts with two: hello.txt", "hello from one", "hello from two")
        shown.press("j ")
        shown.wait_for("enter lands one on")
        landed = showing("one: landed on", "The task is open.", "Still live: two")
        shown.answer_question("\r", "enter lands one on", landed)
        assert (repository.path / "hello.txt").read_text() == "hello from one\n"
        assert (places["two"] / "hello.txt").read_text() == "hello from two\n"
