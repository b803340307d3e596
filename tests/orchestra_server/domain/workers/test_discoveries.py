"""What agents did and found becomes history once."""

from msgspec.structs import replace

from orchestra_server.domain.workers.discoveries import (
    acted,
    action_event,
    discovery_event,
    discovery_id,
    is_same_action,
    patterns_found,
)
from tests.support.samples.documents import NOON, a_discovery, an_agent


def test_the_id_of_a_discovery_depends_on_all_of_its_content() -> None:
    ids = [
        discovery_id("t", "agent", "text", "info"),
        discovery_id("u", "agent", "text", "info"),
        discovery_id("t", "other", "text", "info"),
        discovery_id("t", "agent", "texts", "info"),
        discovery_id("t", "agent", "text", "critical"),
        discovery_id("t", "agent", "text", "info", pattern=True),
    ]
    assert len(set(ids)) == len(ids)
    assert discovery_id("t", "agent", "text", "info") == ids[0]
    assert all(key.startswith("d-") and len(key) == 14 for key in ids)


def test_each_pattern_of_an_action_becomes_a_discovery() -> None:
    agent = replace(an_agent(), chamber="auth")
    tabs, spaces = patterns_found(agent, ["tabs", "spaces"], NOON)
    assert (tabs.text, spaces.text) == ("tabs", "spaces")
    assert (tabs.task_id, tabs.agent_id, tabs.chamber) == (agent.task_id, agent.agent_id, "auth")
    assert tabs.pattern
    assert tabs.at == NOON
    assert tabs.id == discovery_id(agent.task_id, agent.agent_id, "tabs", "info", pattern=True)


def test_an_action_reported_again_within_a_minute_is_a_repeat() -> None:
    agent = acted(an_agent(), "wrote a test", "green", NOON)
    assert is_same_action(agent, "wrote a test", "green", NOON + 59_999)
    assert not is_same_action(agent, "wrote a test", "green", NOON + 60_000)
    assert not is_same_action(agent, "wrote a test", "green", NOON + 60_001)
    for result in ("red", "amber"):
        assert not is_same_action(agent, "wrote a test", result, NOON)
    for action in ("wrote code", "added code"):
        assert not is_same_action(agent, action, "green", NOON)


def test_the_first_action_of_an_agent_is_not_a_repeat() -> None:
    assert not is_same_action(an_agent(), "", "", 0)


def test_an_action_is_counted_and_its_event_holds_its_patterns() -> None:
    agent = acted(replace(an_agent(actions=4), chamber="auth"), "wrote a test", "green", NOON)
    assert agent.actions == 5
    event = action_event(agent, ("tabs",), "implementer")
    assert (event.kind, event.at, event.actor) == ("agent.acted", NOON, "implementer")
    assert (event.task_id, event.chamber) == (agent.task_id, "auth")
    assert (event.data.agent, event.data.action, event.data.result) == (
        agent, "wrote a test", "green",
    )  # fmt: skip
    assert event.data.patterns == ("tabs",)


def test_the_event_of_a_discovery_has_the_time_at_which_it_was_found() -> None:
    discovery = replace(a_discovery(), chamber="auth")
    event = discovery_event(discovery, "implementer")
    assert (event.kind, event.at, event.actor) == ("discovery.shared", NOON, "implementer")
    assert (event.task_id, event.chamber) == (discovery.task_id, "auth")
    assert event.data.discovery == discovery
