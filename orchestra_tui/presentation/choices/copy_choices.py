"""What can be copied from a task, a chamber or a discovery, each text with its key."""

import shlex
from typing import NamedTuple

from orchestra_core.configuration.agents import KNOWN_AGENTS
from orchestra_core.models import Chamber, Discovery, Task
from orchestra_tui.presentation.choices.take_over import Agents, take_over_command
from orchestra_tui.presentation.indexed_state import IndexedState

COPY_KEYS = "bcilmnprstw"


class CopyChoice(NamedTuple):
    """A text to copy; `key` chooses it in the menu."""

    key: str
    label: str
    text: str


def copy_choices(
    document: Task | Chamber | Discovery, state: IndexedState, agents: Agents = KNOWN_AGENTS
) -> list[CopyChoice]:
    """Return the texts to copy, the most useful first; empty ones are left out."""
    match document:
        case Chamber():
            choices = _of_chamber(document, state, agents)
        case Task():
            choices = [
                CopyChoice("i", "id", document.id),
                CopyChoice("r", "request", document.description),
                CopyChoice("b", "branch", document.base_branch),
                CopyChoice("l", "landed commit", document.landed_commit),
                CopyChoice("c", "command", f"orchestra land {document.id}"),
                CopyChoice("s", "summary", document.summary),
            ]
        case Discovery():
            choices = [
                CopyChoice("m", "message", document.text),
                CopyChoice("i", "impact", document.impact),
            ]
    return [choice for choice in choices if choice.text]


def _of_chamber(chamber: Chamber, state: IndexedState, agents: Agents) -> list[CopyChoice]:
    """Return a chamber's texts; a command enters its directory or, without one, shows its work."""
    presence = state.presence.get(chamber.id)
    worker = state.started_workers.get(chamber.id)
    mail = state.mail_of(chamber.id)
    command = f"cd {shlex.quote(chamber.path)}"
    if not chamber.holds_work:
        command = f"orchestra diff {chamber.id}"
    return [
        CopyChoice("p", "path", chamber.path if chamber.holds_work else ""),
        CopyChoice("b", "branch", chamber.branch if chamber.holds_work else ""),
        CopyChoice("c", "command", command),
        CopyChoice("t", "command to take over", take_over_command(chamber, worker, agents)),
        CopyChoice("m", "message", mail[-1].message if mail else ""),
        CopyChoice("w", "worker's last message", presence.message if presence else ""),
        CopyChoice("s", "saved ref", chamber.saved_ref),
        CopyChoice("n", "name", chamber.name),
    ]
