"""What the terminal is asked, and what its answer divides."""

import asyncio

from orchestra_tui.terminal.shown_marks import ANSWER, ASK, ShownMarks
from tests.support.waiting import until


class Terminal:
    """What was written, and what was heard between which keys."""

    def __init__(self) -> None:
        self.written = ""
        self.heard: list[str] = []
        self.marks = ShownMarks(self._write)

    def _write(self, text: str) -> None:
        self.written += text

    def ask(self, name: str) -> None:
        self.marks.ask(lambda: self.heard.append(name))

    def type(self, text: str) -> None:
        for keys in self.marks.keys_in(text):
            if keys:
                self.heard.append(keys)


async def test_the_answer_stands_between_the_keys_before_and_after_it() -> None:
    terminal = Terminal()
    terminal.ask("shown")
    assert terminal.written == ASK
    terminal.type(f"xy{ANSWER}n")
    assert terminal.heard == ["xy", "shown", "n"]


async def test_each_question_is_answered_in_its_order() -> None:
    terminal = Terminal()
    terminal.ask("first")
    terminal.ask("second")
    terminal.type(f"a{ANSWER}b{ANSWER}")
    assert terminal.heard == ["a", "first", "b", "second"]


async def test_an_answer_that_comes_in_parts_is_not_a_key() -> None:
    terminal = Terminal()
    terminal.ask("shown")
    for part in ("x\x1b", "[", "0", "ny"):
        terminal.type(part)
    assert terminal.heard == ["x", "shown", "y"]


async def test_an_escape_that_is_not_an_answer_is_a_key_once_nothing_follows() -> None:
    terminal = Terminal()
    terminal.ask("shown")
    terminal.type("\x1b")
    assert terminal.heard == []
    assert terminal.marks.keys_held() == "\x1b"
    terminal.type("\x1b[A")
    assert terminal.heard == ["\x1b[A"]
    terminal.type(ANSWER)


async def test_an_escape_waits_for_nothing_while_nothing_was_asked() -> None:
    terminal = Terminal()
    terminal.type("\x1b")
    assert terminal.heard == ["\x1b"]


async def test_a_terminal_that_never_answers_is_taken_to_be_quick() -> None:
    terminal = Terminal()
    terminal.ask("shown")
    async with asyncio.timeout(60):
        await until(lambda: terminal.heard == ["shown"])


async def test_a_late_first_answer_counts_for_its_own_question_only() -> None:
    terminal = Terminal()
    terminal.ask("first")
    async with asyncio.timeout(60):
        await until(lambda: terminal.heard == ["first"])
    terminal.ask("second")
    terminal.type(f"a{ANSWER}b{ANSWER}")
    assert terminal.heard == ["first", "a", "b", "second"]


async def test_an_answer_to_nothing_is_passed_over() -> None:
    terminal = Terminal()
    terminal.type(f"a{ANSWER}b")
    assert terminal.heard == ["a", "b"]
