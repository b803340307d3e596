"""The dialog that interrupts workers: a message, what it requires, and then its progress."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static, TextArea

from orchestra_core.models import Chamber, Interrupt, Requires
from orchestra_core.wording.ages import time_of_day
from orchestra_tui.backend.tool_calls import ToolCalls
from orchestra_tui.backend.view_model import ViewChanges
from orchestra_tui.presentation.indexed_state import IndexedState
from orchestra_tui.presentation.mail_reader import chambers_without_reader, unreadable_text
from orchestra_tui.presentation.rows.mail_cell import steps_after_sent
from orchestra_tui.presentation.text_fit import fit
from orchestra_tui.screens.dialogs.dialog import Dialog
from orchestra_tui.widgets.dialog_text.message_editor import NEWLINE_HINT, MessageEditor

if TYPE_CHECKING:
    from orchestra_core.replies.interrupts import SentInterrupt

REQUIRES: dict[Requires, str] = {
    "review": "the worker reads it before its next step and continues",
    "stop": "the worker stops and reports what it has",
    "suspend": "the worker's tools are blocked until you press r on its chamber",
}
# What is sent if nothing is written; a message for review needs a text.
_WORDS: dict[Requires, str] = {
    "review": "",
    "stop": "Stop here and report what you have.",
    "suspend": "Do not start anything until you are told to continue.",
}
_WRITING = f"enter send   {NEWLINE_HINT}   ctrl+r change type   esc cancel"
_START = "ctrl+o sends it and starts a worker."
_SENT = "enter or esc close (delivery continues)"
_NAME_WIDTH = 11  # cells; in a narrow terminal the steps need the rest


class InterruptEditor(Dialog):
    """Sends one message to each of `chambers` and shows its progress as events arrive."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "send", "Send", id="dialog.interrupt"),
        Binding("enter", "close_sent", "Close", id="dialog.close_sent"),
        Binding("ctrl+o", "start", "Send and start a worker", id="dialog.start_worker"),
        Binding("ctrl+r", "requires", "Change type", id="dialog.requires"),
    ]

    def __init__(
        self,
        actions: ToolCalls,
        state: IndexedState,
        chambers: Sequence[Chamber],
        requires: Requires = "review",
        suggested: str = "",
    ) -> None:
        """Take the chambers; `suggested` is sent for review if nothing is written."""
        names = ", ".join(chamber.name for chamber in chambers)
        super().__init__(f"Interrupt {names}", _WRITING)
        self._tool_calls = actions
        self._state = state
        self._chambers = tuple(chambers)
        self._requires: Requires = requires
        self._words = {**_WORDS, "review": suggested}
        self._sent: list[str] = []
        self._unreadable = unreadable_text(self._chambers, state)

    def on_mount(self) -> None:
        """Show who cannot read the message, before it can be sent."""
        self._show_unreadable()

    def fields(self) -> Iterable[Widget]:
        """Yield the editor, the choice of what the message requires, and the mail's progress."""
        editor = MessageEditor()
        editor.placeholder = self._words[self._requires]
        yield editor
        yield Static("", id="unreadable", markup=False)
        yield Static(self._choice(), id="requires")
        yield Static("", id="progress")

    def show(self, changes: ViewChanges) -> None:
        """Show the messages' progress after new events."""
        if not (changes.whole or changes.rows.chambers):
            return
        if self._sent:
            self._show_progress()
        elif (text := unreadable_text(self._chambers, self._state)) != self._unreadable:
            self._unreadable = text
            self._show_unreadable()

    def _show_unreadable(self) -> None:
        place = self.query_one("#unreadable", Static)
        place.update(f"{self._unreadable} {_START}")
        place.set_class(bool(self._unreadable), "-shown")
        self.ask_anew()

    @on(MessageEditor.Sent)
    def _entered(self) -> None:
        self.action_send()

    def action_close_sent(self) -> None:
        """Close the dialog once the message is sent."""
        if self._sent:
            self.dismiss()

    def action_requires(self) -> None:
        """Choose the next kind of message."""
        choices = list(REQUIRES)
        self._requires = choices[(choices.index(self._requires) + 1) % len(choices)]
        self.query_one("#requires", Static).update(self._choice())
        self.query_one(TextArea).placeholder = self._words[self._requires]

    def action_start(self) -> None:
        """Send the message, and start a worker in each chamber that has none."""
        without_reader = chambers_without_reader(self._chambers, self._state)
        if without_reader:
            self.action_send(start_in=without_reader)
        elif not self._sent:
            self.say_problem("A worker is there already; enter sends.")

    def action_send(self, start_in: Sequence[Chamber] = ()) -> None:
        """Send the typed message."""
        message = self.query_one(TextArea).text.strip() or self._words[self._requires]
        if self._sent:
            return
        if not message:
            self.say_problem("Type a message, or press esc to cancel.")
        elif not self._unreadable or self.was_seen():
            self.begin(lambda: self._send(message, start_in))

    async def _send(self, message: str, start_in: Sequence[Chamber]) -> None:
        sent = await self.attempt(self._send_all(message), "sending…")
        if sent is None:
            return
        if start_in:
            await self.attempt(self._start_all(start_in), "starting…")
        self._sent = [reply.interrupt_id for reply in sent]
        if not self.is_open:
            return
        editor = self.query_one(TextArea)
        editor.read_only = True
        editor.show_cursor = False
        self.say_hints(_SENT)
        self._show_progress()

    async def _send_all(self, message: str) -> "list[SentInterrupt]":
        calls = (
            self._tool_calls.interrupt(chamber.task_id, chamber.name, message, self._requires)
            for chamber in self._chambers
        )
        return await asyncio.gather(*calls)

    async def _start_all(self, chambers: Sequence[Chamber]) -> None:
        for chamber in chambers:
            started = await self._tool_calls.start_worker(chamber.task_id, chamber.name)
            self.app.say(f"{chamber.name}: a worker is starting ({started.agent})")

    def _choice(self) -> Content:
        parts: list[tuple[str, str]] = []
        for name in REQUIRES:
            chosen = name == self._requires
            mark = "●" if chosen else "○"
            parts.append((f"{mark} {name}   ", "bold" if chosen else "$foreground-muted"))
        parts.append((f"\n{REQUIRES[self._requires]}", "$foreground-muted"))
        return Content.assemble(*parts)

    def _show_progress(self) -> None:
        interrupts = self._state.interrupts
        width = min(_NAME_WIDTH, max(len(chamber.name) for chamber in self._chambers))
        parts = [progress(interrupts[key], width) for key in self._sent if key in interrupts]
        missing = len(self._sent) - len(parts)
        if missing:
            parts.append(Content(f"{missing} waiting to be stored"))
        place = self.query_one("#progress", Static)
        place.update(Content("\n").join(parts))
        place.add_class("-shown")


def progress(interrupt: Interrupt, width: int) -> Content:
    """Return `auth ✓ sent 12:03:04 ✓ posted 40ms · delivered · acted`."""
    parts: list[tuple[str, str]] = [
        (f"{fit(interrupt.chamber, width)}  ", "bold"),
        (f"✓ sent {time_of_day(interrupt.sent_at)} ", "$success"),
    ]
    for step, done in steps_after_sent(interrupt):
        parts.append((f"✓ {step} ", "$success") if done else (f"· {step} ", "$foreground-muted"))
    if interrupt.ended_at and interrupt.is_withdrawn:
        parts.append((interrupt.state, "$warning"))
    return Content.assemble(*parts)
