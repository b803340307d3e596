from pathlib import Path
from typing import Any

import msgspec
import pytest

from orchestra_core.errors import BadInput
from orchestra_server.files.agents.agent_clients import AGENTS, find_agent_client
from orchestra_server.files.hook_setup.shell_guard import chamber_command

COMMAND = chamber_command(
    Path("/usr/bin/python3"), Path("/repo/auth/.claude/hooks/hook.py"), Path("/repo/auth")
)


def merged(name: str, text: str = "") -> dict[str, Any]:
    agent = find_agent_client(name)
    return msgspec.json.decode(agent.merged(text, "settings.json", COMMAND), type=dict[str, Any])


def test_an_agent_is_found_by_its_name() -> None:
    assert {find_agent_client(name).name for name in AGENTS} == set(AGENTS)


def test_an_unknown_agent_is_answered_with_those_there_are() -> None:
    with pytest.raises(BadInput, match="'copilot' is not known; there are claude, codex, gemini"):
        find_agent_client("copilot")


def test_codex_counts_its_timeouts_in_seconds_and_gemini_in_milliseconds() -> None:
    codex = merged("codex")["hooks"]["PreToolUse"][0]["hooks"][0]
    gemini = merged("gemini")["hooks"]["BeforeTool"][0]["hooks"][0]
    assert (codex["timeout"], gemini["timeout"]) == (10, 10_000)


def test_before_a_tool_only_mail_starts_the_hook_and_at_a_turns_end_a_chamber_does() -> None:
    hooks = merged("codex")["hooks"]
    before = hooks["PreToolUse"][0]["hooks"][0]["command"]
    at_the_end = hooks["Stop"][0]["hooks"][0]["command"]
    assert COMMAND.mail[0] in before
    assert COMMAND.present[0] in at_the_end
    assert COMMAND.mail[0] not in at_the_end


def test_hooks_and_settings_of_the_persons_own_are_kept() -> None:
    own = '{"theme": "dark", "hooks": {"AfterTool": [{"hooks": [{"command": "mine"}]}]}}'
    settings = merged("gemini", own)
    assert settings["theme"] == "dark"
    assert settings["hooks"]["AfterTool"][0] == {"hooks": [{"command": "mine"}]}
    assert len(settings["hooks"]["AfterTool"]) == 2


@pytest.mark.parametrize("name", sorted(AGENTS))
def test_each_agent_says_what_it_can_do_and_what_it_cannot(name: str) -> None:
    agent = find_agent_client(name)
    assert agent.can
    assert agent.cannot
    assert not agent.place.is_absolute()
