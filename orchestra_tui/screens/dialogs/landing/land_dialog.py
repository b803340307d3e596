"""The dialog that lands a task: the live dry run, the landing, and its outcome."""

import asyncio
from collections.abc import Coroutine, Iterable
from typing import TYPE_CHECKING, ClassVar, Literal

from textual import events, on
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.geometry import Region
from textual.widget import Widget
from textual.widgets import Static

from orchestra_core.models import Chamber, Task
from orchestra_core.replies.completion import CompletedTask
from orchestra_core.text import one_line
from orchestra_core.wording.landing import outcome
from orchestra_tui.backend.tool_calls import LandingRequest, ToolCalls
from orchestra_tui.backend.view_model import ViewChanges
from orchestra_tui.presentation.indexed_state import IndexedState
from orchestra_tui.presentation.landing.landing_plan import (
    LandingChoice,
    chamber_lines,
    detail_lines,
    headline,
    question,
)
from orchestra_tui.presentation.landing.landing_progress import (
    outcome_cell,
    outcome_lines,
    progress,
)
from orchestra_tui.presentation.rows.cells import Cell
from orchestra_tui.screens.dialogs.dialog import Dialog
from orchestra_tui.screens.dialogs.landing.dry_runs import DryRuns
from orchestra_tui.widgets.dialog_text.tone_content import tone_content

if TYPE_CHECKING:
    from textual.timer import Timer

_SUMMARY = 300  # characters of the request, which becomes the landing's message
Stage = Literal["plan", "question", "landing", "done"]
_HINTS: dict[Stage, str] = {
    "plan": "enter land   space mark   a all   p what fits   f again   esc close",
    "question": "y land anyway   n or esc back",
    "landing": "esc close (the landing goes on)",
    "done": "enter or esc close",
}


class Land(Dialog):
    """Lands the marked chambers of one task; asks first if something holds them."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "proceed", "Land", id="dialog.land"),
        Binding("y", "yes", "Land anyway", id="dialog.land.yes"),
        Binding("n", "back", "Back", id="dialog.land.back"),
        Binding("space", "mark", "Mark", id="dialog.land.mark"),
        Binding("a", "mark_all", "Mark all", id="dialog.land.all"),
        Binding("p", "partial", "Land what fits", id="dialog.land.partial"),
        Binding("f", "look_again", "Look again", id="dialog.land.again"),
        Binding("j,down", "move(1)", "Down", id="dialog.land.down"),
        Binding("k,up", "move(-1)", "Up", id="dialog.land.up"),
        Binding("ctrl+d,pagedown", "page(1)", "Page down", id="dialog.land.page_down"),
        Binding("ctrl+u,pageup", "page(-1)", "Page up", id="dialog.land.page_up"),
    ]

    def __init__(self, actions: ToolCalls, state: IndexedState, task: Task) -> None:
        super().__init__(f"Land: {one_line(task.description, 100)}", _HINTS["plan"])
        self._tool_calls = actions
        self._state = state
        self._to_land = task
        self._unmarked = self._not_ready()
        self._partial = False
        self._cursor = 0
        self._stage: Stage = "plan"
        self._plan: CompletedTask | None = None
        self._done: CompletedTask | None = None
        self._waits_for = ""
        self._began = 0.0
        self._second: Timer | None = None
        self._dry_runs = DryRuns(self._choice, self._look, self._show_plan, self._start)

    def fields(self) -> Iterable[Widget]:
        """Yield the line that says what enter does, the chambers, and the details."""
        yield Static("", id="headline")
        lines = VerticalScroll(Static("", id="chambers-to-land"), Static("", id="landing-details"))
        lines.can_focus = False  # its own keys would scroll, ours move the cursor
        yield lines

    def on_mount(self) -> None:
        """Ask for the first dry run."""
        self._write()
        self._dry_runs.request()

    def on_unmount(self) -> None:
        """Stop asking."""
        self._dry_runs.stop()

    def show(self, changes: ViewChanges) -> None:
        """Ask for the dry run again if something in the task has changed."""
        for event in changes.events:
            if event.kind == "program.awaited" and event.task_id == self._to_land.id:
                self._waits_for = event.data.action
                self._write()
        prefix = f"{self._to_land.id}/"
        concerns = self._to_land.id in changes.rows.tasks or any(
            key.startswith(prefix) for key in changes.rows.chambers
        )
        if changes.whole or concerns:
            self._to_land = self._state.tasks.get(self._to_land.id, self._to_land)
            if self._stage in ("plan", "question"):
                self._dry_runs.request_soon()
            self._write()

    # Keys

    def action_move(self, by: int) -> None:
        """Move the cursor over the chambers."""
        self._cursor = min(max(0, self._cursor + by), max(0, len(self._chambers()) - 1))
        self._write()
        region = Region(0, self._cursor, 1, 1)
        self.query_one(VerticalScroll).scroll_to_region(region, animate=False)

    def action_page(self, by: int) -> None:
        """Scroll by a page."""
        lines = self.query_one(VerticalScroll)
        lines.scroll_relative(y=by * max(1, lines.size.height - 1), animate=False)

    def action_mark(self) -> None:
        """Mark or unmark the chamber at the cursor for landing."""
        chambers = self._chambers()
        if self._stage == "plan" and self._cursor < len(chambers):
            self._unmarked ^= {chambers[self._cursor].name}
            self._choose_again()

    def action_mark_all(self) -> None:
        """Mark all chambers; if all are marked, unmark them."""
        if self._stage == "plan":
            names = {chamber.name for chamber in self._chambers()}
            self._unmarked = set[str]() if self._unmarked & names else names
            self._choose_again()

    def action_partial(self) -> None:
        """Switch between landing what fits together and landing all or nothing."""
        if self._stage == "plan":
            self._partial = not self._partial
            self._choose_again()

    def action_look_again(self) -> None:
        """Ask for the dry run again."""
        if self._stage == "plan":
            self._choose_again()

    def action_proceed(self) -> None:
        """Land what the dry run shows; ask first if something holds it."""
        plan = self._plan
        if self._stage == "done":
            self.dismiss()
        if self._stage != "plan":
            return
        if plan is None:
            self.say_problem("The dry run has not answered yet; press enter once it shows.")
        elif plan.can_land(partial=self._partial, confirm=False):
            if self.was_seen():
                self._begin_landing(confirm=False)
        elif plan.can_land(partial=self._partial, confirm=True):
            self._set_stage("question")
            self.ask_anew()
        else:
            self.say_problem("The marked chambers cannot land; the first line says why.")

    def action_yes(self) -> None:
        """Land although something holds it."""
        if self._stage == "question" and self.was_seen():
            self._begin_landing(confirm=True)

    def action_back(self) -> None:
        """Go back from the question to the dry run."""
        if self._stage == "question":
            self._set_stage("plan")

    def action_leave(self) -> None:
        """Go back from the question, or close the dialog; a landing that has begun goes on."""
        if self._stage == "question":
            self._set_stage("plan")
        else:
            super().action_leave()

    @on(events.Click, "#chambers-to-land")
    def _clicked(self, event: events.Click) -> None:
        if 0 <= event.y < len(self._chambers()):
            self._cursor = event.y
            self.action_mark()

    # The dry run

    def _not_ready(self) -> set[str]:
        """Return the chambers that would hold those that can land now; none if none can."""
        ready = self._state.landing.can_land(self._to_land.id)
        others = (chamber for chamber in self._chambers() if chamber.id not in ready)
        return {chamber.name for chamber in others} if ready else set()

    def _chambers(self) -> list[Chamber]:
        chambers = self._state.chambers_of(self._to_land.id)
        return [chamber for chamber in chambers if chamber.is_live]

    def _choice(self) -> LandingChoice:
        names = (chamber.name for chamber in self._chambers())
        marked = tuple(name for name in names if name not in self._unmarked)
        return LandingChoice(names=marked, partial=self._partial)

    def _choose_again(self) -> None:
        self._plan = None
        self.say_problem("")
        self._write()
        self._dry_runs.request()

    def _start(self, work: Coroutine[None, None, None]) -> None:
        self.run_worker(work, name="dry run")

    async def _look(self, choice: LandingChoice) -> CompletedTask:
        return await self._tool_calls.plan_landing(self._request(choice))

    def _show_plan(self, plan: CompletedTask | None, problem: str) -> None:
        if not self.is_open:
            return
        if self._stage == "question" and plan != self._plan:
            self._set_stage("plan")
            problem = problem or "Something has changed; read this again before you land."
        if self._stage == "plan":
            changed = plan != self._plan
            if changed:
                self.ask_anew()
            if changed or problem:
                self.say_problem(problem)
            self._plan = plan
            self._write()

    # The landing

    def _request(self, choice: LandingChoice, *, confirm: bool = False) -> LandingRequest:
        # An interrupted landing continues with the chambers it began with.
        only = () if self._to_land.is_completing else choice.names
        return LandingRequest(
            task_id=self._to_land.id,
            summary=one_line(self._to_land.description, _SUMMARY),
            only=only,
            partial=choice.partial,
            confirm=confirm,
        )

    def _begin_landing(self, *, confirm: bool) -> None:
        request = self._request(self._choice(), confirm=confirm)
        self._dry_runs.stop()
        self.begin(lambda: self._land(request))
        self._began = asyncio.get_running_loop().time()
        self._second = self.set_interval(1.0, self._write)
        self._set_stage("landing")

    async def _land(self, request: LandingRequest) -> None:
        done = await self.attempt(self._land_to_its_end(request), _HINTS["landing"])
        if not self.is_open:
            if done is not None:
                self.app.say(outcome(done), problem=not done.merged)
            return
        if self._second is not None:
            self._second.stop()
        self._done = done
        if done is not None and (done.completed or done.landed_commit):
            self._set_stage("done")
            return
        self._set_stage("plan", keep_problem=done is None)
        self._dry_runs.request()

    async def _land_to_its_end(self, request: LandingRequest) -> CompletedTask:
        """Call the tool again as long as it answers that it still waits for a program."""
        while True:
            done = await self._tool_calls.land(request)
            if done.state != "completing":
                return done

    # What is shown

    def _set_stage(self, stage: Stage, *, keep_problem: bool = False) -> None:
        self._stage = stage
        if not keep_problem:
            self.say_problem("")
        self._write()

    def _headline(self) -> Cell:
        if self._stage == "done" and self._done is not None:
            return outcome_cell(self._done)
        if self._stage == "landing":
            seconds = int(asyncio.get_running_loop().time() - self._began)
            names = self._plan.merged if self._plan is not None else ()
            return progress(names, seconds, self._waits_for)
        if self._stage == "question" and self._plan is not None:
            return question(self._plan)
        return headline(self._plan, self._choice())

    def _write(self) -> None:
        chambers = self._chambers()
        self._cursor = min(self._cursor, max(0, len(chambers) - 1))
        self.query_one("#headline", Static).update(tone_content([(self._headline(),)]))
        self.say_hints(_HINTS[self._stage])
        rows = self.query_one("#chambers-to-land", Static)
        details = self.query_one("#landing-details", Static)
        if self._stage == "done" and self._done is not None:
            rows.update("")
            details.update(tone_content(outcome_lines(self._done)))
            return
        lines = chamber_lines(chambers, self._plan, self._choice(), self._state, self._cursor)
        rows.update(tone_content(lines))
        details.update(tone_content(detail_lines(self._plan)) if self._plan is not None else "")
