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


def test_an_agent_client_is_found_by_its_name() -> None:
    assert {find_agent_client(name).name for name in AGENTS} == set(AGENTS)


def test_the_error_for_an_unknown_agent_lists_the_known_ones() -> None:
    with pytest.raises(BadInput, match="'copilot' is not known; there are claude, codex, gemini"):
        find_agent_client("copilot")


def test_timeouts_are_in_seconds_for_codex_and_in_milliseconds_for_gemini() -> None:
    codex = merged("codex")["hooks"]["PreToolUse"][0]["hooks"][0]
    gemini = merged("gemini")["hooks"]["BeforeTool"][0]["hooks"][0]
    assert (codex["timeout"], gemini["timeout"]) == (10, 10_000)


def test_the_hook_starts_before_a_tool_only_with_mail_and_at_a_turns_end_in_any_chamber() -> None:
    hooks = merged("codex")["hooks"]
    before = hooks["PreToolUse"][0]["hooks"][0]["command"]
    at_the_end = hooks["Stop"][0]["hooks"][0]["command"]
    assert COMMAND.mail[0] in before
    assert COMMAND.present[0] in at_the_end
    assert COMMAND.mail[0] not in at_the_end


def test_the_persons_own_hooks_and_settings_are_kept() -> None:
    own = '{"theme": "dark", "hooks": {"AfterTool": [{"hooks": [{"command": "mine"}]}]}}'
    settings = merged("gemini", own)
    assert settings["theme"] == "dark"
    assert settings["hooks"]["AfterTool"][0] == {"hooks": [{"command": "mine"}]}
    assert len(settings["hooks"]["AfterTool"]) == 2


@pytest.mark.parametrize("name", sorted(AGENTS))
def test_each_agent_client_describes_what_it_supports_and_what_it_does_not(name: str) -> None:
    agent = find_agent_client(name)
    assert agent.can
    assert agent.cannot
    assert not agent.place.is_absolute()
