"""What is known of an agent that was run, and that no more than the protocol is taken of others."""

import json

from orchestra_server.agents.acp.known_agents import ASKING_ENVIRONMENT, KnownAgent, known_agent


def test_an_agent_is_known_by_its_name_however_it_is_spelled() -> None:
    assert known_agent("OpenCode").takes_words_in_a_turn
    assert known_agent("opencode") == known_agent("OPENCODE")
    assert known_agent("codex-acp").asking_mode == "read-only"


def test_an_unknown_agent_takes_no_prompt_in_a_turn_and_has_no_cost_and_no_mode() -> None:
    assert known_agent("stranger") == known_agent("") == KnownAgent()
    assert known_agent("stranger").asking_mode == ""


def test_opencode_is_told_to_ask_before_it_acts() -> None:
    permission = json.loads(ASKING_ENVIRONMENT["OPENCODE_PERMISSION"])
    assert set(permission.values()) == {"ask"}
    assert {"edit", "bash"} <= permission.keys()
