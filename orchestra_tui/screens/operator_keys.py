"""The keys that act: each opens a dialog, or says in one line why it cannot act now."""

from textual import getters
from textual.screen import Screen

from orchestra_core.models import Chamber, Task
from orchestra_core.text import one_line
from orchestra_tui.keys import key_of
from orchestra_tui.screens.confirm import Confirm
from orchestra_tui.screens.create_chambers import CreateChambers
from orchestra_tui.screens.host import Host
from orchestra_tui.screens.interrupt_editor import InterruptEditor
from orchestra_tui.screens.start_task import StartTask

_CLOSING = (
    "The worktree goes. What is uncommitted or unmerged in it is saved first, "
    "and `orchestra restore` brings it back."
)
_AT_WORK = ("starting", "working", "waiting")


class OperatorKeys(Screen[None]):
    """A screen on which a task and a chamber may be selected, and the keys that act on them."""

    app = getters.app(Host)

    def selected_task(self) -> Task | None:
        """Return the task that keys act on."""
        raise NotImplementedError

    def selected_chamber(self) -> Chamber | None:
        """Return the chamber that keys act on."""
        raise NotImplementedError

    def action_start_task(self) -> None:
        """Ask for a task's description."""
        self.app.push_screen(StartTask(self.app.actions))

    def action_create_chambers(self) -> None:
        """Ask for the names of chambers for the selected task."""
        task = self.selected_task()
        if task is None:
            self._cannot("create_chambers", "no task is selected; n starts one")
        elif task.state != "open":
            self._cannot("create_chambers", f"the task is {task.state}; select an open one")
        else:
            self.app.push_screen(CreateChambers(self.app.actions, task))

    def action_interrupt(self) -> None:
        """Write to the selected chamber's worker."""
        chamber = self.selected_chamber()
        if chamber is None:
            self._cannot("interrupt", "no chamber is selected; 2 goes to the chambers")
        elif chamber.state != "live":
            self._cannot("interrupt", f"{chamber.name} is {chamber.state}; nobody works there")
        else:
            self._write_to([chamber])

    def action_interrupt_all(self) -> None:
        """Write to the workers of all live chambers of the selected task."""
        task = self.selected_task()
        chambers = self.app.picture.board.chambers_of(task.id) if task else []
        live = [chamber for chamber in chambers if chamber.state == "live"]
        if task is None:
            self._cannot("interrupt_all", "no task is selected")
        elif not live:
            self._cannot("interrupt_all", "the task has no live chamber; c opens some")
        else:
            self._write_to(live)

    def action_close_chamber(self) -> None:
        """Ask whether the selected chamber is to be closed."""
        chamber = self.selected_chamber()
        if chamber is None:
            self._cannot("close_chamber", "no chamber is selected; 2 goes to the chambers")
        elif chamber.state in ("closing", "closed"):
            self._cannot("close_chamber", f"{chamber.name} is {chamber.state} already")
        else:
            facts = self._facts_of_closing(chamber)
            question = f"Close {chamber.name}?"
            self.app.push_screen(Confirm(question, facts, lambda: self._close(chamber)))

    async def _close(self, chamber: Chamber) -> str:
        closed = await self.app.actions.close_chamber(chamber.task_id, chamber.name)
        saved = f"; its work is saved as {closed.saved_ref}" if closed.saved_ref else ""
        return f"{chamber.name} is closed{saved}"

    def _facts_of_closing(self, chamber: Chamber) -> str:
        presence = self.app.picture.board.state.presence.get(chamber.id)
        facts = [_CLOSING]
        if presence is not None and presence.state in _AT_WORK:
            doing = one_line(f"{presence.tool} {presence.detail}", 60)
            facts.append(f"Its worker is still {presence.state} ({doing}).".replace(" ()", ""))
        return "\n\n".join(facts)

    def _write_to(self, chambers: list[Chamber]) -> None:
        self.app.push_screen(InterruptEditor(self.app.actions, self.app.picture.board, chambers))

    def _cannot(self, action: str, why: str) -> None:
        key = key_of(action)
        self.app.say(f"{key.first} ({key.label}): {why}", problem=True)
