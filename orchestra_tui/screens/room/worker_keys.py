"""The keys that start an agent in the selected chamber, and end it."""

from orchestra_core.models import Chamber
from orchestra_tui.screens.app_base import AppBase
from orchestra_tui.screens.dialogs.confirm import Confirm
from orchestra_tui.screens.dialogs.start_worker import StartWorker
from orchestra_tui.screens.room.lists.lists import Lists
from orchestra_tui.screens.room.refusals import NO_CHAMBER, say_why_not

_ENDING = "What it runs now is aborted. What it has made stays in the chamber."


class WorkerKeys:
    """The keys' commands on the agent that Orchestra runs in the selected chamber."""

    def __init__(self, app: AppBase, lists: Lists) -> None:
        self._app = app
        self._lists = lists

    def start(self) -> None:
        """Ask which agent is to start in the selected chamber."""
        chamber = self._lists.chamber
        if chamber is None:
            say_why_not(self._app, "start_worker", NO_CHAMBER)
            return
        worker = self._app.view_model.state.running_worker(chamber)
        if not chamber.is_live:
            why = f"{chamber.name} is not live ({chamber.state})"
            say_why_not(self._app, "start_worker", why)
        elif worker is not None:
            why = f"{worker.agent} runs in {chamber.name} already; i writes to it"
            say_why_not(self._app, "start_worker", why)
        else:
            self._app.push_screen(StartWorker(self._app.tool_calls, chamber))

    def end(self) -> None:
        """Ask whether to end the agent in the selected chamber."""
        chamber = self._lists.chamber
        worker = self._app.view_model.state.running_worker(chamber) if chamber is not None else None
        if chamber is None:
            say_why_not(self._app, "end_worker", NO_CHAMBER)
        elif worker is None:
            why = f"Orchestra runs no worker in {chamber.name}; s asks another's to stop"
            say_why_not(self._app, "end_worker", why)
        else:
            question = f"End {worker.agent} in {chamber.name}?"
            self._app.push_screen(Confirm(question, _ENDING, lambda: self._end(chamber)))

    async def _end(self, chamber: Chamber) -> str:
        stop = await self._app.tool_calls.stop_worker(chamber.task_id, chamber.name)
        how = "is being ended" if stop.was_running else "had ended before"
        return f"{chamber.name}: its worker {how}"
