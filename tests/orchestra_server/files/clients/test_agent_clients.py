from pathlib import Path
from typing import Any

import msgspec
import pytest

from orchestra_core.errors import BadInput
from orchestra_server.files.clients.agent_clients import AGENTS, find_agent_client
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


@pytest.mark.parametrize("event", ["PreToolUse", "Stop"])
def test_only_mail_starts_the_hook_and_without_it_the_shell_leaves_a_report(event: str) -> None:
    command = merged("codex")["hooks"][event][0]["hooks"][0]["command"]
    assert f"; set -- {COMMAND.mail[0]}; " in command
    assert command.count("python3 -I") == 1
    assert f">{COMMAND.reports}.{event}." in command


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
