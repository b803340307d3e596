"""What agents of the Agent Client Protocol can and cannot do, by trying them.

docs/agent-clients.md has the table. An agent that is not here is assumed to do what the protocol
says and no more.
"""

from dataclasses import dataclass

# opencode allows everything unless configured otherwise; other agents do not read this variable.
ASKING_ENVIRONMENT = {
    "OPENCODE_PERMISSION": '{"edit":"ask","bash":"ask","webfetch":"ask","external_directory":"ask"}'
}


@dataclass(frozen=True, slots=True)
class KnownAgent:
    """An agent, by the name it reports."""

    takes_words_in_a_turn: bool = False
    tells_cost: bool = False
    asking_mode: str = ""  # the mode in which it asks most often; "" if it begins in that mode


_KNOWN = {
    "opencode": KnownAgent(takes_words_in_a_turn=True, tells_cost=True),
    "@agentclientprotocol/claude-agent-acp": KnownAgent(
        takes_words_in_a_turn=True, tells_cost=True, asking_mode="default"
    ),
    # A second prompt within a turn cancels the first one's running tool, and never ends itself.
    "gemini-cli": KnownAgent(asking_mode="default"),
    "codex-acp": KnownAgent(asking_mode="read-only"),
}


def known_agent(name: str) -> KnownAgent:
    """Return what is known of an agent."""
    return _KNOWN.get(name.lower(), KnownAgent())
