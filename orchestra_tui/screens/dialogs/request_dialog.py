"""The dialog that answers a worker: the full question, and the numbered answers."""

from collections.abc import Iterable
from typing import ClassVar, Literal

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from orchestra_core.models import AnswerName, WorkerRequest
from orchestra_core.wording.requests import (
    AskedLine,
    LineKind,
    Question,
    answer_in_short,
    asked_in_full,
    question_lines,
    questions_of,
)
from orchestra_tui.backend.tool_calls import ToolCalls
from orchestra_tui.backend.view_model import ViewChanges
from orchestra_tui.presentation.indexed_state import IndexedState
from orchestra_tui.screens.dialogs.dialog import Dialog

_STYLES: dict[LineKind, str] = {
    "plain": "",
    "muted": "$foreground-muted",
    "removed": "$error",
    "added": "$success",
    "option": "bold",
}
_NUMBERED = "number answer   esc later"
_MARKING = "number mark   enter answer   esc later"
_WRITING = "enter send   esc back"
_OVER = "esc close"
_MORE = "   j k scroll"
_DENY = "deny, and tell the worker why"
_OWN_WORDS = "answer in your own words"


class RequestDialog(Dialog):
    """Answers one request; the first answer wins, so another one may come while this is open."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(number), f"choose({number})", show=False) for number in range(1, 10)),
        Binding("enter", "confirm", "Answer", show=False, id="dialog.answer"),
        Binding("j,down", "scroll(1)", "Down", show=False, id="dialog.down"),
        Binding("k,up", "scroll(-1)", "Up", show=False, id="dialog.up"),
        Binding("ctrl+d,pagedown", "page(1)", "Page down", show=False, id="dialog.page_down"),
        Binding("ctrl+u,pageup", "page(-1)", "Page up", show=False, id="dialog.page_up"),
    ]

    def __init__(self, actions: ToolCalls, state: IndexedState, request: WorkerRequest) -> None:
        asks = "asks" if request.kind == "question" else f"asks for {request.tool}"
        questions = questions_of(request)
        is_marked = bool(questions) and questions[0].multi_select
        super().__init__(f"{request.chamber} {asks}", _MARKING if is_marked else _NUMBERED)
        self._tool_calls = actions
        self._state = state
        self._request = request
        self._questions = questions
        self._choices: list[str] = []  # the answers to the previous questions
        self._marked: set[int] = set()  # marked options of a question that takes several
        self._writing: Literal["", "deny", "own words"] = ""
        self._is_over = False

    @property
    def _question(self) -> Question | None:
        """The question to answer now; None for a permission."""
        return self._questions[len(self._choices)] if self._questions else None

    def fields(self) -> Iterable[Widget]:
        """Yield the question, the numbered answers, and the line for words."""
        with VerticalScroll(id="asked", can_focus=False):
            yield Static(self._asked(), markup=False)
        yield Static(self._numbered(), id="answers", markup=False)
        yield Input(id="words")

    def on_mount(self) -> None:
        """Accept only an answer that was typed after the question."""
        self.ask_anew()
        self.call_after_refresh(self._say_keys)

    def show(self, changes: ViewChanges) -> None:
        """Say who answered if somebody else was quicker."""
        request = self._state.requests.get(self._request.id)
        if request is None or request.is_open or self._busy or self._is_over:
            return
        if changes.whole or changes.rows.chambers:
            self._is_over = True
            self._stop_writing()
            self.query_one("#answers", Static).update("")
            what = f"answered by {request.answered_by}: {answer_in_short(request)}"
            self.say_problem(what if request.state == "answered" else f"withdrawn: {request.note}")
            self.say_hints(_OVER)

    def action_leave(self) -> None:
        """Close the line for words, or leave the request open."""
        if self._writing:
            self._stop_writing()
        else:
            super().action_leave()

    def action_scroll(self, lines: int) -> None:
        """Scroll by a line."""
        self.query_one("#asked").scroll_relative(y=lines, animate=False)

    def action_page(self, by: int) -> None:
        """Scroll by a page."""
        asked = self.query_one("#asked")
        asked.scroll_relative(y=by * max(1, asked.size.height - 1), animate=False)

    def on_resize(self) -> None:
        """Show whether there is more text than fits."""
        self.call_after_refresh(self._say_keys)

    def action_choose(self, number: int) -> None:
        """Give the answer with a number, or mark it."""
        if self._is_over or self._writing or not self.was_seen():
            return
        question = self._question
        if question is None:
            self._choose_for_permission(number)
        elif number <= len(question.options):
            self._choose_option(question, number)
        elif number == len(question.options) + 1:
            self._write("own words")
        elif number == len(question.options) + 2:
            self._write("deny")

    def action_confirm(self) -> None:
        """Answer with the marked options."""
        question = self._question
        can_answer = question is not None and self._marked and not self._is_over
        if question is not None and can_answer and self.was_seen():
            labels = [question.options[number - 1].label for number in sorted(self._marked)]
            self._take(", ".join(labels))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Send the typed words."""
        event.stop()
        words = event.value.strip()
        if self._writing == "deny":
            self._send("deny", words=words)
        elif words:
            self._stop_writing()
            self._take(words)
        else:
            self.say_problem("Type an answer, or press esc to go back.")

    def _choose_for_permission(self, number: int) -> None:
        answers = self._permission_answers()
        if number > len(answers):
            return
        name = answers[number - 1][0]
        if name == "deny":
            self._write("deny")
        else:
            self._send(name)

    def _permission_answers(self) -> list[tuple[AnswerName, str]]:
        like = self._request.like
        ruled: list[tuple[AnswerName, str]] = (
            [("allow-like", f"allow, and from now on in this chamber: {like}")] if like else []
        )
        return [("allow", "allow"), *ruled, ("deny", _DENY)]

    def _choose_option(self, question: Question, number: int) -> None:
        if question.multi_select:
            self._marked ^= {number}
            self._refresh()
        else:
            self._take(question.options[number - 1].label)

    def _take(self, choice: str) -> None:
        """Keep the answer to the current question; after the last one send them all."""
        if len(self._choices) + 1 < len(self._questions):
            self._choices.append(choice)
            self._marked.clear()
            self._refresh()
            self.ask_anew()
        else:
            self._send("choose", choices=[*self._choices, choice])

    def _send(self, answer: AnswerName, words: str = "", choices: Iterable[str] = ()) -> None:
        given = list(choices)

        async def send() -> None:
            call = self._tool_calls.answer(self._request.id, answer, words, given)
            done = await self.attempt(call, "sending…")
            if done is None:
                return
            self.app.say(f"{self._request.chamber}: {'; '.join(given) or done.answer}")
            if self.is_open:
                self.dismiss()

        self.begin(send)

    def _write(self, what: Literal["deny", "own words"]) -> None:
        self._writing = what
        line = self.query_one("#words", Input)
        line.placeholder = "what to do instead" if what == "deny" else "your answer"
        line.add_class("-shown")
        line.focus()
        self.say_hints(_WRITING)

    def _stop_writing(self) -> None:
        self._writing = ""
        line = self.query_one("#words", Input)
        line.clear()
        line.remove_class("-shown")
        self.set_focus(None)
        self.say_problem("")
        self._refresh()

    def _refresh(self) -> None:
        self.query_one("#asked Static", Static).update(self._asked())
        self.query_one("#answers", Static).update(self._numbered())
        self._say_keys()
        self.call_after_refresh(self._say_keys)

    def _say_keys(self) -> None:
        if self._writing or self._is_over or self._busy:
            return
        question = self._question
        marking = question is not None and question.multi_select
        has_more = self.query_one("#asked").max_scroll_y > 0
        self.say_hints((_MARKING if marking else _NUMBERED) + (_MORE if has_more else ""))

    def _asked(self) -> Content:
        question = self._question
        lines = question_lines(question) if question else asked_in_full(self._request)
        if len(self._questions) > 1:
            count = f"question {len(self._choices) + 1} of {len(self._questions)}"
            lines = [AskedLine(count, "muted"), *lines]
        return Content("\n").join([self._line(line) for line in lines])

    def _line(self, line: AskedLine) -> Content:
        number = line.text.partition(" ")[0]
        is_marked = line.kind == "option" and number.isdecimal() and int(number) in self._marked
        text = f"● {line.text}" if is_marked else line.marked
        return Content.assemble((text, _STYLES[line.kind]))

    def _numbered(self) -> Content:
        question = self._question
        if question is None:
            texts = [text for _, text in self._permission_answers()]
            first = 1
        else:
            texts, first = [_OWN_WORDS, _DENY], len(question.options) + 1
        lines = (Content(f"{number}  {text}") for number, text in enumerate(texts, first))
        return Content("\n").join(lines)
