"""The agents that can be started as workers: known ones, and those of `[agents.NAME]`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

from orchestra_core.configuration.configuration import Configuration
from orchestra_core.configuration.options import AGENTS
from orchestra_core.errors import BadInput
from orchestra_core.text import one_line

Protocol = Literal["claude", "acp"]
_DEFAULT = f"{AGENTS}.default"


@dataclass(frozen=True, slots=True)
class AgentCommand:
    """How an agent is started and spoken to."""

    name: str
    command: tuple[str, ...]
    protocol: Protocol


KNOWN_AGENTS: Mapping[str, AgentCommand] = {
    agent.name: agent
    for agent in (
        AgentCommand("claude", ("claude",), "claude"),
        AgentCommand("opencode", ("opencode", "acp"), "acp"),
        AgentCommand("gemini", ("gemini", "--acp"), "acp"),
        AgentCommand("codex", ("codex-acp",), "acp"),
    )
}


def agents_of(configuration: Configuration) -> dict[str, AgentCommand]:
    """Return every agent that has a command, by name."""
    named = {
        name.split(".")[1]
        for file in configuration.files
        for name in file.values
        if name.startswith(f"{AGENTS}.") and name != _DEFAULT
    }
    agents = {name: _agent(configuration, name) for name in (*KNOWN_AGENTS, *sorted(named))}
    return {name: agent for name, agent in agents.items() if agent.command}


def default_agent(configuration: Configuration) -> str:
    """Return the name of the agent used where none is named."""
    return str(configuration.value(_DEFAULT))


def agent_named(configuration: Configuration, name: str = "") -> AgentCommand:
    """Return an agent, for "" the default one; raises BadInput if it has no command."""
    agents = agents_of(configuration)
    wanted = name or default_agent(configuration)
    if wanted not in agents:
        raise BadInput(
            f"there is no agent {one_line(wanted, 40)!r}; known are {', '.join(agents)}, and "
            "[agents.NAME] with a command in config.toml adds one"
        )
    return agents[wanted]


def _agent(configuration: Configuration, name: str) -> AgentCommand:
    usual = KNOWN_AGENTS.get(name, AgentCommand(name, (), "acp"))
    command, protocol = f"{AGENTS}.{name}.command", f"{AGENTS}.{name}.protocol"
    given = configuration.value(command)
    spoken = configuration.value(protocol) if configuration.source(protocol) else usual.protocol
    return AgentCommand(
        name,
        given if isinstance(given, tuple) and given else usual.command,
        cast("Protocol", spoken),
    )
