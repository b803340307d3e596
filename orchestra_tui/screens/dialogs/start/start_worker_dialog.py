"""The dialog that starts an agent in a chamber."""

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static, TextArea

from orchestra_core.configuration.agents import AgentCommand, agents_of, default_agent
from orchestra_core.configuration.configuration import read_configuration
from orchestra_core.models import Chamber
from orchestra_tui.backend.tool_calls import ToolCalls
from orchestra_tui.presentation.choices.policy_choices import (
    choice_parts,
    next_of,
    next_policy,
    policy_parts,
)
from orchestra_tui.screens.dialogs.dialog import Dialog
from orchestra_tui.widgets.dialog_text.message_editor import NEWLINE_HINT, MessageEditor

if TYPE_CHECKING:
    from orchestra_core.workers.started_worker import Policy

_PLACEHOLDER = "It gets its briefing. Add instructions, or leave this empty."
_HINTS = f"enter start   {NEWLINE_HINT}   ctrl+n next agent   ctrl+r policy   esc cancel"


class StartWorker(Dialog):
    """Starts an agent; what it does appears in the room with its events."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "send", "Start", id="dialog.begin_worker"),
        Binding("ctrl+n", "agent", "Next agent", id="dialog.agent"),
        Binding("ctrl+r", "policy", "Change policy", id="dialog.policy"),
    ]

    def __init__(self, actions: ToolCalls, chamber: Chamber, agents: Sequence[str] = ()) -> None:
        super().__init__(f"Start a worker in {chamber.name}", _HINTS)
        self._tool_calls = actions
        self._chamber = chamber
        self._agents = tuple(agents) or agent_names()
        self._agent = self._agents[0]
        self._policy: Policy = "edits"

    def fields(self) -> Iterable[Widget]:
        """Yield the editor, the agents and the policies."""
        editor = MessageEditor()
        editor.placeholder = _PLACEHOLDER
        yield editor
        yield Static(self._choices(), id="start-choices")

    @on(MessageEditor.Sent)
    def _entered(self) -> None:
        self.action_send()

    def action_agent(self) -> None:
        """Choose the next agent."""
        self._agent = next_of(self._agents, self._agent)
        self.query_one("#start-choices", Static).update(self._choices())

    def action_policy(self) -> None:
        """Choose the next policy."""
        self._policy = next_policy(self._policy)
        self.query_one("#start-choices", Static).update(self._choices())

    def action_send(self) -> None:
        """Start the chosen agent."""
        text = self.query_one(TextArea).text.strip()
        self.begin(lambda: self._start(text))

    async def _start(self, text: str) -> None:
        chamber = self._chamber
        call = self._tool_calls.start_worker(
            chamber.task_id, chamber.name, agent=self._agent, policy=self._policy, text=text
        )
        started = await self.attempt(call, "starting…")
        if started is None:
            return
        self.app.say(f"{chamber.name}: a worker is starting ({started.agent})")
        if self.is_open:
            self.dismiss()

    def _choices(self) -> Content:
        agents = choice_parts("agent", self._agents, self._agent)
        return Content.assemble(*agents, ("\n", ""), *policy_parts(self._policy))


def agent_names(environ: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Return the agents that can be started, the default one first."""
    configuration = read_configuration(os.environ if environ is None else environ, None)
    default = default_agent(configuration)
    return (default, *(name for name in agents_of(configuration) if name != default))


def configured_agents() -> dict[str, AgentCommand]:
    """Return the agents that can be started, by the current configuration."""
    return agents_of(read_configuration(os.environ, None))
