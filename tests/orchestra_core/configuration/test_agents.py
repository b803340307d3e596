"""Agents: the known ones, and what the person's file says of these and others."""

from pathlib import Path

import pytest

from orchestra_core.configuration.agents import AgentCommand, agent_named, agents_of
from orchestra_core.configuration.configuration import Configuration, read_text
from orchestra_core.errors import BadInput


def configured(text: str, *, own: bool = True) -> Configuration:
    return Configuration((read_text(Path("/config.toml"), text, own=own),))


def test_claude_is_the_default_agent_without_a_file() -> None:
    assert agent_named(configured("")) == AgentCommand("claude", ("claude",), "claude")


def test_a_section_adds_an_agent_or_changes_a_known_one() -> None:
    configuration = configured(
        '[agents]\ndefault = "mine"\n[agents.mine]\ncommand = "my-agent --model \'a b\'"\n'
        '[agents.claude]\ncommand = ["/opt/claude", "--model", "opus"]\n'
    )
    assert configuration.problems == ()
    assert agent_named(configuration) == AgentCommand("mine", ("my-agent", "--model", "a b"), "acp")
    claude = agents_of(configuration)["claude"]
    assert (claude.command, claude.protocol) == (("/opt/claude", "--model", "opus"), "claude")


def test_an_agent_without_a_command_is_an_error_that_lists_the_others() -> None:
    configuration = configured('[agents.mine]\nprotocol = "claude"\n')
    with pytest.raises(BadInput, match="no agent 'mine'; known are claude, opencode, "):
        agent_named(configuration, "mine")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[agents.mine]\ncommand = "a \'b"\n', 'agents.mine.command = "a \'b" is not a command'),
        ("[agents.mine]\ncommand = []\n", r"agents.mine.command = \[\] is not a command"),
        ('[agents.mine]\nprotocol = "mcp"\n', "agents.mine.protocol = 'mcp' is not"),
        ('[agents.mine]\ncomand = "x"\n', "unknown key agents.mine.comand"),
    ],
)
def test_what_is_wrong_in_a_section_is_a_problem_with_its_line(text: str, problem: str) -> None:
    (mistake,) = configured(text).problems
    assert mistake.line == 2
    assert mistake.text[: len(problem.replace("\\", ""))] == problem.replace("\\", "")


def test_a_repository_says_nothing_about_commands() -> None:
    configuration = configured('[agents.claude]\ncommand = "evil"\n', own=False)
    assert agent_named(configuration, "claude").command == ("claude",)
    assert "only taken from your own config.toml" in configuration.problems[0].text
