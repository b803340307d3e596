"""What counts as an answer to a question on the screen."""

from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Any, cast

from orchestra_tui.screens.shown_question import ShownQuestion

if TYPE_CHECKING:
    from textual.screen import Screen

    from orchestra_tui.screens.app_base import AppBase


class SlowTerminal:
    """A screen and its application; the test says when something is painted and shown."""

    def __init__(self) -> None:
        self.typed_at = 0.0
        self.steps: list[Callable[[], object]] = []

    def question(self) -> ShownQuestion:
        return ShownQuestion(cast("Screen[None]", self), lambda: cast("AppBase", self))

    def refresh(self, *, layout: bool) -> None:
        assert layout

    def call_after_refresh(self, callback: Callable[..., Any], *args: Any) -> bool:
        self.steps.append(lambda: callback(*args))
        return True

    def when_shown(self, callback: Callable[[], None]) -> None:
        self.steps.append(callback)

    def go_on(self) -> None:
        self.steps.pop(0)()

    def type(self) -> None:
        self.typed_at = monotonic()


def test_only_a_key_typed_after_the_question_was_shown_answers_it() -> None:
    screen = SlowTerminal()
    question = screen.question()
    screen.type()
    assert not question.was_seen()
    question.ask_anew()
    screen.type()
    screen.go_on()
    assert not question.was_seen()
    screen.go_on()
    assert not question.was_seen()
    screen.type()
    assert question.was_seen()


def test_a_question_that_was_replaced_before_it_showed_does_not_count() -> None:
    screen = SlowTerminal()
    question = screen.question()
    question.ask_anew()
    question.ask_anew()
    screen.go_on()
    screen.go_on()
    screen.go_on()
    screen.type()
    assert not question.was_seen()
    screen.go_on()
    screen.type()
    assert question.was_seen()
