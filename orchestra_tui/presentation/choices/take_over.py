"""The command that continues a started worker's conversation in its agent's own screen."""

import shlex
from collections.abc import Mapping

from orchestra_core.configuration.agents import AgentCommand
from orchestra_core.models import Chamber
from orchestra_core.workers.started_worker import StartedWorker

Agents = Mapping[str, AgentCommand]


def own_screen(worker: StartedWorker, agents: Agents) -> str:
    """Return the command, for a shell in the chamber; "" if none is known.

    A configured agent that speaks claude's protocol takes claude's option; opencode takes its own
    if its command is the usual one, which ends in `acp`.
    """
    agent = agents.get(worker.agent)
    if agent is None or not worker.conversation:
        return ""
    if agent.protocol == "claude":
        return shlex.join([*agent.command, "--resume", worker.conversation])
    if agent.name == "opencode" and agent.command[-1:] == ("acp",):
        return shlex.join([*agent.command[:-1], "--session", worker.conversation])
    return ""


def take_over_command(chamber: Chamber, worker: StartedWorker | None, agents: Agents) -> str:
    """Return the command for a shell in any directory; it first ends a running worker.

    Two processes in one conversation would lose each other's messages.
    """
    command = own_screen(worker, agents) if worker is not None else ""
    if worker is None or not command:
        return ""
    end = "" if worker.is_over else f"orchestra stop {chamber.name} && "
    return f"{end}cd {shlex.quote(chamber.path)} && {command}"
