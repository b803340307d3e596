"""What agents did and found, as documents and events."""

import hashlib
from collections.abc import Sequence

from msgspec.structs import replace

from orchestra_core.events import Event, EventData
from orchestra_core.models import Agent, Discovery, Severity

SAME_ACTION_MS = 60_000  # an action reported again within this time is the same one
_DIGEST = 12  # hex digits


def discovery_id(
    task_id: str, agent_id: str, text: str, severity: Severity, *, pattern: bool = False
) -> str:
    """Return the id of a discovery: the same text of the same agent always has the same id."""
    kind = "pattern" if pattern else severity
    content = f"{task_id}\0{agent_id}\0{kind}\0{text}".encode()
    return f"d-{hashlib.sha256(content).hexdigest()[:_DIGEST]}"


def patterns_found(agent: Agent, patterns: Sequence[str], at: int) -> list[Discovery]:
    """Return the discoveries made from an action's patterns."""
    return [
        Discovery(
            id=discovery_id(agent.task_id, agent.agent_id, text, "info", pattern=True),
            task_id=agent.task_id,
            agent_id=agent.agent_id,
            chamber=agent.chamber,
            text=text,
            pattern=True,
            at=at,
        )
        for text in patterns
    ]


def is_same_action(agent: Agent, action: str, result: str, at: int) -> bool:
    """Tell whether this is the agent's latest action, reported again."""
    return (
        agent.actions > 0
        and (agent.last_action, agent.last_result) == (action, result)
        and at - agent.last_at < SAME_ACTION_MS
    )


def acted(agent: Agent, action: str, result: str, at: int) -> Agent:
    """Return an agent after one more action."""
    return replace(
        agent, actions=agent.actions + 1, last_action=action, last_result=result, last_at=at
    )


def action_event(agent: Agent, patterns: tuple[str, ...], actor: str) -> Event:
    """Return the event of an agent's last action."""
    return Event(
        at=agent.last_at,
        kind="agent.acted",
        actor=actor,
        task_id=agent.task_id,
        chamber=agent.chamber,
        data=EventData(
            agent=agent, action=agent.last_action, result=agent.last_result, patterns=patterns
        ),
    )


def discovery_event(discovery: Discovery, actor: str) -> Event:
    """Return the event of a discovery."""
    return Event(
        at=discovery.at,
        kind="discovery.shared",
        actor=actor,
        task_id=discovery.task_id,
        chamber=discovery.chamber,
        data=EventData(discovery=discovery),
    )
