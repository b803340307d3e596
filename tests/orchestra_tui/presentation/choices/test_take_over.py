"""The command that goes on with a conversation in its agent's own screen."""

import pytest
from msgspec.structs import replace

from orchestra_core.configuration.agents import KNOWN_AGENTS, AgentCommand
from orchestra_tui.presentation.choices.take_over import own_screen
from tests.support.samples.documents import a_started_worker

MINE = AgentCommand("mine", ("/opt/my claude", "--model", "x"), "claude")
PLAIN = AgentCommand("opencode", ("my-opencode",), "acp")


@pytest.mark.parametrize(
    ("agent", "agents", "command"),
    [
        ("claude", KNOWN_AGENTS, "claude --resume c-1"),
        ("opencode", KNOWN_AGENTS, "opencode --session c-1"),
        ("mine", {"mine": MINE}, "'/opt/my claude' --model x --resume c-1"),
        ("opencode", {"opencode": PLAIN}, ""),
        ("gemini", KNOWN_AGENTS, ""),
        ("gone", KNOWN_AGENTS, ""),
    ],
)
def test_the_command_is_the_configured_one_with_the_conversation(
    agent: str, agents: dict[str, AgentCommand], command: str
) -> None:
    worker = replace(a_started_worker("auth", "t-1"), agent=agent, conversation="c-1")
    assert own_screen(worker, agents) == command
    assert own_screen(replace(worker, conversation=""), agents) == ""
