"""The keys that act: each opens a dialog, or says in one line why it cannot act."""

from orchestra_core.models import Chamber, Interrupt, Requires
from orchestra_core.text import one_line
from orchestra_tui.key_bindings import key_of
from orchestra_tui.presentation.choices.next_in_need import oldest_request
from orchestra_tui.presentation.rows.mail_cell import unread
from orchestra_tui.presentation.rows.operator_actions import NO_ACT, Act, act_of
from orchestra_tui.screens.app_base import AppBase
from orchestra_tui.screens.dialogs.confirm import Confirm
from orchestra_tui.screens.dialogs.interrupt_editor import InterruptEditor
from orchestra_tui.screens.dialogs.request_dialog import RequestDialog
from orchestra_tui.screens.dialogs.start.create_chambers_dialog import CreateChambers
from orchestra_tui.screens.dialogs.start.start_task_dialog import StartTask
from orchestra_tui.screens.room.lists.lists import Lists
from orchestra_tui.screens.room.refusals import NO_CHAMBER, say_why_not
from orchestra_tui.screens.room.worker_keys import WorkerKeys

_CLOSING = "The worktree is removed. Uncommitted and unmerged work is saved first; {} restores it."


class OperatorKeys:
    """The keys' commands on the selected task or chamber."""

    def __init__(self, app: AppBase, lists: Lists) -> None:
        self._app = app
        self._lists = lists
        self.workers = WorkerKeys(app, lists)

    def start_task(self) -> None:
        """Ask for a task's description."""
        self._app.push_screen(StartTask(self._app.tool_calls))

    def create_chambers(self) -> None:
        """Ask for the names of chambers for the selected task."""
        task = self._lists.task
        if task is None:
            self._cannot("create_chambers", "no task selected; press n to start one")
        elif not task.is_open:
            self._cannot("create_chambers", f"the task is {task.state}; select an open one")
        else:
            self._app.push_screen(CreateChambers(self._app.tool_calls, task))

    def review(self) -> None:
        """Show the selected chamber's changes."""
        from orchestra_tui.screens.review.review_screen import ReviewScreen

        chamber = self._lists.chamber
        if chamber is None:
            self._cannot("open_review", NO_CHAMBER)
        else:
            self._app.push_screen(ReviewScreen(self._app, chamber))

    def interrupt(self) -> None:
        """Write to the selected chamber's worker."""
        self._write_as("interrupt", "review")

    def stop(self) -> None:
        """Write to the selected chamber's worker to stop it."""
        self._write_as("stop", "stop")

    def suspend(self) -> None:
        """Write to the selected chamber's worker and block its tools."""
        self._write_as("suspend", "suspend")

    def answer(self) -> None:
        """Answer the selected chamber's worker, or else the one that has waited longest."""
        if self.answer_if_asked():
            return
        oldest = oldest_request(self._app.view_model.state)
        if oldest is None:
            self._cannot("answer", "no worker is asking for anything")
        else:
            self._lists.select_chamber(oldest.chamber_id)
            self.answer_if_asked()

    def answer_if_asked(self) -> bool:
        """Open the oldest request of the selected chamber's worker; False if there is none."""
        chamber, state = self._lists.chamber, self._app.view_model.state
        requests = state.requests_of(chamber.id) if chamber is not None else []
        if requests:
            self._app.push_screen(RequestDialog(self._app.tool_calls, state, requests[0]))
        return bool(requests)

    @property
    def act(self) -> Act:
        """What helps the worker of the selected chamber."""
        chamber, state = self._lists.chamber, self._app.view_model.state
        if chamber is None:
            return NO_ACT
        return act_of(chamber, state.worker_of(chamber), state.requests_of(chamber.id))

    def act_if_needed(self) -> bool:
        """Answer the chamber's worker, write to it or start another; False if it needs nothing."""
        match self.act.enter:
            case "answer":
                return self.answer_if_asked()
            case "write":
                self._write_as("interrupt", "review", self.act.message)
                return True
            case "start":
                self.workers.start()
                return True
            case "open":
                return False

    def resume(self) -> None:
        """Resume the selected chamber's worker."""
        chamber = self._lists.chamber
        if chamber is None:
            self._cannot("resume", NO_CHAMBER)
        elif not chamber.suspended_at:
            self._cannot("resume", f"{chamber.name} is not suspended")
        else:
            self._app.run_and_say(lambda: self._resume(chamber))

    async def _resume(self, chamber: Chamber) -> str:
        resumed = await self._app.tool_calls.resume(chamber.task_id, chamber.name)
        told = "; its worker was told to continue" if resumed.told else ""
        return f"{chamber.name} resumed{told}"

    def cancel_mail(self) -> None:
        """Ask whether to cancel the newest unread message to the selected chamber."""
        chamber = self._lists.chamber
        letters = self._app.view_model.state.mail_of(chamber.id) if chamber else []
        waiting = unread(letters)
        if chamber is None:
            self._cannot("cancel_mail", NO_CHAMBER)
        elif not waiting:
            self._cannot("cancel_mail", f"{chamber.name} has no unread mail")
        else:
            newest = waiting[-1]
            facts = f"{newest.message}\n\nThe worker has not read it yet."
            question = f"Cancel the newest unread message to {chamber.name}?"
            self._app.push_screen(Confirm(question, facts, lambda: self._cancel(newest)))

    async def _cancel(self, letter: Interrupt) -> str:
        done = await self._app.tool_calls.cancel(letter.task_id, letter.id)
        goes_on = "; its tools are no longer blocked" if done.resumed else ""
        return f"Message to {letter.chamber} cancelled{goes_on}"

    def interrupt_all(self) -> None:
        """Write to the workers of all live chambers of the selected task."""
        task = self._lists.task
        chambers = self._app.view_model.state.chambers_of(task.id) if task else []
        live = [chamber for chamber in chambers if chamber.is_live]
        if task is None:
            self._cannot("interrupt_all", "no task selected")
        elif not live:
            self._cannot("interrupt_all", "the task has no live chambers; press c to create some")
        else:
            self._write_to(live)

    def close_chamber(self) -> None:
        """Ask whether to close the selected chamber."""
        chamber = self._lists.chamber
        if chamber is None:
            self._cannot("close_chamber", NO_CHAMBER)
        elif chamber.state in ("closing", "closed"):
            self._cannot("close_chamber", f"{chamber.name} is already {chamber.state}")
        else:
            facts = self._facts_of_closing(chamber)
            question = f"Close {chamber.name}?"
            self._app.push_screen(Confirm(question, facts, lambda: self._close(chamber)))

    async def _close(self, chamber: Chamber) -> str:
        closed = await self._app.tool_calls.close_chamber(chamber.task_id, chamber.name)
        if not closed.closed:
            return f"{chamber.name}: {closed.next_step}"
        saved = f"; work saved as {closed.saved_ref}" if closed.saved_ref else ""
        return f"{chamber.name} closed{saved}"

    def restore_chamber(self) -> None:
        """Restore the selected chamber."""
        chamber = self._lists.chamber
        if chamber is None:
            self._cannot("restore_chamber", NO_CHAMBER)
        elif chamber.state != "closed":
            self._cannot("restore_chamber", f"{chamber.name} is {chamber.state}, not closed")
        elif not chamber.saved_ref:
            why = f"nothing was saved from {chamber.name}: {chamber.note or 'it had no work'}"
            self._cannot("restore_chamber", why)
        else:
            self._app.run_and_say(lambda: self._restore(chamber))

    async def _restore(self, chamber: Chamber) -> str:
        restored = await self._app.tool_calls.restore_chamber(chamber.task_id, chamber.name)
        if not restored.restored:
            return f"{chamber.name}: {restored.next_step}"
        return f"{chamber.name} restored at {restored.path}"

    def land(self) -> None:
        """Show the dry run for landing the task, in the dialog that lands it."""
        task = self._lists.task_at_hand
        chambers = self._app.view_model.state.chambers_of(task.id) if task else []
        if task is None:
            self._cannot("land", "no task selected; press n to start one")
        elif task.is_over:
            self._cannot("land", f"the task is {task.state}; select an open one")
        elif not any(chamber.is_live for chamber in chambers) and not task.is_completing:
            self._cannot("land", "nothing to land: the task has no live chamber; c creates some")
        else:
            # Late: declaring its answers takes 15 ms, and the first paint should not wait for that.
            from orchestra_tui.screens.dialogs.landing.land_dialog import Land

            self._app.push_screen(Land(self._app.tool_calls, self._app.view_model.state, task))

    def _facts_of_closing(self, chamber: Chamber) -> str:
        presence = self._app.view_model.state.presence.get(chamber.id)
        facts = [_CLOSING.format(key_of("restore_chamber").first)]
        if presence is not None and presence.is_active:
            doing = one_line(f"{presence.tool} {presence.detail}", 60)
            facts.append(f"Its worker is still {presence.state} ({doing}).".replace(" ()", ""))
        return "\n\n".join(facts)

    def _write_as(self, action: str, requires: Requires, suggested: str = "") -> None:
        chamber = self._lists.chamber
        if chamber is None:
            self._cannot(action, NO_CHAMBER)
        elif not chamber.is_live:
            self._cannot(action, f"{chamber.name} is not live ({chamber.state})")
        else:
            self._write_to([chamber], requires, suggested)

    def _write_to(
        self, chambers: list[Chamber], requires: Requires = "review", suggested: str = ""
    ) -> None:
        tools, state = self._app.tool_calls, self._app.view_model.state
        self._app.push_screen(InterruptEditor(tools, state, chambers, requires, suggested))

    def _cannot(self, action: str, why: str) -> None:
        say_why_not(self._app, action, why)
