"""The keys that start or end the selected chamber's agent, or continue in its own screen."""

import asyncio

from orchestra_core.errors import Refused
from orchestra_core.models import Chamber
from orchestra_core.workers.started_worker import StartedWorker
from orchestra_tui.presentation.choices.take_over import own_screen
from orchestra_tui.screens.app_base import AppBase
from orchestra_tui.screens.dialogs.confirm import Confirm
from orchestra_tui.screens.dialogs.start.start_worker_dialog import StartWorker, configured_agents
from orchestra_tui.screens.room.lists.lists import Lists
from orchestra_tui.screens.room.refusals import NO_CHAMBER, say_why_not
from orchestra_tui.terminal.tmux_window import is_in_tmux, open_window

_ENDING = "What it is running is aborted. Its work stays in the chamber."
_TAKING_OVER = "What it is running is aborted; its conversation continues in a new tmux window."
_ENDS_WITHIN = 15.0  # seconds
_LOOK_SECONDS = 0.05


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
            why = f"{worker.agent} already runs in {chamber.name}; i writes to it"
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
            why = f"Orchestra started no worker in {chamber.name}; s asks the worker there to stop"
            say_why_not(self._app, "end_worker", why)
        else:
            question = f"End {worker.agent} in {chamber.name}?"
            self._app.push_screen(Confirm(question, _ENDING, lambda: self._end(chamber)))

    async def _end(self, chamber: Chamber) -> str:
        stop = await self._app.tool_calls.stop_worker(chamber.task_id, chamber.name)
        how = "is being ended" if stop.was_running else "had already ended"
        return f"{chamber.name}: its worker {how}"

    def take_over(self) -> None:
        """Continue the worker's conversation in its agent's own screen, in a tmux window."""
        chamber = self._lists.chamber
        state = self._app.view_model.state
        worker = state.started_workers.get(chamber.id) if chamber is not None else None
        if chamber is None:
            say_why_not(self._app, "take_over", NO_CHAMBER)
        elif worker is None:
            why = f"Orchestra has started no worker in {chamber.name}; w starts one"
            say_why_not(self._app, "take_over", why)
        elif not (command := own_screen(worker, configured_agents())):
            why = f"Orchestra knows no command that continues {worker.agent}'s conversation"
            say_why_not(self._app, "take_over", why)
        elif not chamber.is_live:
            why = f"{chamber.name} is not live ({chamber.state})"
            say_why_not(self._app, "take_over", why)
        elif not is_in_tmux():
            say_why_not(self._app, "take_over", "the room is not in tmux; y copies the command")
        elif worker.is_over:
            self._app.run_and_say(lambda: self._open(chamber, command))
        else:
            question = f"End {worker.agent} in {chamber.name} and take over?"
            take_over = Confirm(
                question, _TAKING_OVER, lambda: self._end_and_open(chamber, worker, command)
            )
            self._app.push_screen(take_over)

    async def _end_and_open(self, chamber: Chamber, worker: StartedWorker, command: str) -> str:
        await self._app.tool_calls.stop_worker(chamber.task_id, chamber.name)
        try:
            async with asyncio.timeout(_ENDS_WITHIN):
                running = self._app.view_model.state.running_worker
                while running(chamber) is not None:  # noqa: ASYNC110 - no event tells only this
                    await asyncio.sleep(_LOOK_SECONDS)
        except TimeoutError as fault:
            raise Refused(f"{worker.agent} in {chamber.name} has not ended yet") from fault
        return await self._open(chamber, command)

    async def _open(self, chamber: Chamber, command: str) -> str:
        await open_window(chamber.name, chamber.path, command)
        return f"{chamber.name}: its conversation continues in a new tmux window"
