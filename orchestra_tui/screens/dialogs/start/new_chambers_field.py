"""The field that names new chambers, and the functions that open them and start agents."""

import os
import re
from collections.abc import Iterable, Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from orchestra_core.configuration.agents import agent_named
from orchestra_core.configuration.configuration import read_configuration
from orchestra_core.errors import BadInput
from orchestra_core.workers.planned_chambers import PlannedChamber, planned_chambers
from orchestra_core.workers.started_worker import Policy
from orchestra_tui.backend.tool_calls import ToolCalls
from orchestra_tui.presentation.choices.policy_choices import next_policy, policy_parts
from orchestra_tui.screens.dialogs.dialog import Dialog

_HELP = "api:opencode starts that agent; api:claude+codex makes a chamber for each."


class NewChambersField(Vertical):
    """Takes names, comma separated, and says below it which chambers and agents they mean."""

    DEFAULT_CSS = """
    NewChambersField { height: auto; }
    NewChambersField > Static { height: auto; }
    """

    def __init__(self, placeholder: str) -> None:
        super().__init__()
        self._placeholder = placeholder
        self._policy: Policy = "edits"

    def compose(self) -> ComposeResult:
        """Yield the field and its meaning."""
        field = Input(placeholder=self._placeholder)
        field.cursor_blink = False
        yield field
        yield Static(_HELP, classes="note", id="planned", markup=False)
        policies = Static("", id="policies", markup=False)
        policies.display = False
        yield policies

    @property
    def is_empty(self) -> bool:
        """Whether no chamber is named."""
        return not split_names(self._typed)

    def planned(self, *, is_started: bool) -> tuple[PlannedChamber, ...]:
        """Return the named chambers; raises BadInput for a name or an agent that is not allowed."""
        chambers = planned_chambers(split_names(self._typed), is_started=is_started)
        configuration = read_configuration(os.environ, None)
        for agent in {chamber.agent for chamber in chambers if chamber.agent}:
            agent_named(configuration, agent)
        return chambers

    @property
    def policy(self) -> Policy:
        """What started workers may do unasked."""
        return self._policy

    def choose_next_policy(self) -> None:
        """Go on to the next policy."""
        self._policy = next_policy(self._policy)
        self._show_planned()

    @property
    def _typed(self) -> str:
        return self.query_one(Input).value

    @on(Input.Changed)
    def _show_planned(self) -> None:
        self.query_one("#planned", Static).update(meaning_of(self._typed) or _HELP)
        policies = self.query_one("#policies", Static)
        policies.update(Content.assemble(*policy_parts(self._policy, "ctrl+r policy")))
        policies.display = not self.is_empty


def split_names(text: str) -> list[str]:
    """Return the names in a text, separated by commas or white space."""
    return [name for name in re.split(r"[,\s]+", text) if name]


def meaning_of(text: str) -> str:
    """Return the chambers and agents that a text names; "" if it names no agent yet."""
    try:
        chambers = planned_chambers(split_names(text))
    except BadInput:
        return ""
    if not any(chamber.is_started for chamber in chambers):
        return ""
    return "Creates " + ", ".join(map(_with_agent, chambers))


def _with_agent(chamber: PlannedChamber) -> str:
    return f"{chamber.name} ({chamber.agent} starts)" if chamber.is_started else chamber.name


async def open_chambers(
    dialog: Dialog,
    tool_calls: ToolCalls,
    task_id: str,
    chambers: Sequence[PlannedChamber],
    policy: Policy,
) -> bool:
    """Open all chambers or none, then start each agent; on failure show why and return False."""
    names = [chamber.name for chamber in chambers]
    created = await dialog.attempt(tool_calls.create_chambers(task_id, names), "creating…")
    if created is None:
        return False
    done = "already open" if created.already_live else "open"
    dialog.app.say(f"{', '.join(names)}: {done}")
    return await _start_all(dialog, tool_calls, task_id, chambers, policy)


async def _start_all(
    dialog: Dialog,
    tool_calls: ToolCalls,
    task_id: str,
    chambers: Iterable[PlannedChamber],
    policy: Policy,
) -> bool:
    """Start each agent; the first that fails ends this, and a repeat starts the others."""
    for chamber in chambers:
        if chamber.is_started:
            call = tool_calls.start_worker(
                task_id, chamber.name, agent=chamber.agent, policy=policy
            )
            if await dialog.attempt(call, f"starting a worker in {chamber.name}…") is None:
                return False
    return True
