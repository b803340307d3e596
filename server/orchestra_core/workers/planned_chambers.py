"""Chambers as people name them: `auth`, `auth:opencode`, `auth:claude+opencode`.

A name with an agent starts that agent there. Several agents get a chamber each, named after both,
so that they work on the same part side by side.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from orchestra_core.errors import BadInput
from orchestra_core.names import check_chamber_names
from orchestra_core.text import one_line


@dataclass(frozen=True, slots=True)
class PlannedChamber:
    """A chamber to create; if `is_started`, `agent` starts in it ("" is the default agent)."""

    name: str
    agent: str = ""
    is_started: bool = False


def planned_chambers(
    words: Sequence[str], *, is_started: bool = False, agents: str = ""
) -> tuple[PlannedChamber, ...]:
    """Return the chambers to create; `is_started` and `agents` apply to words that name no agent.

    Raises BadInput for a bad or repeated name, and for a missing agent.
    """
    default_agents = _agents(agents, agents) if agents else ("",)
    planned: list[PlannedChamber] = []
    for word in words:
        name, colon, named = word.partition(":")
        chosen = _agents(named, word) if colon else default_agents
        for agent in chosen:
            full_name = f"{name}-{agent}" if len(chosen) > 1 else name
            planned.append(PlannedChamber(full_name, agent, bool(colon) or is_started))
    check_chamber_names([chamber.name for chamber in planned])
    return tuple(planned)


def _agents(named: str, word: str) -> tuple[str, ...]:
    agents = tuple(named.split("+"))
    if not all(agents):
        raise BadInput(
            f"{one_line(word, 60)!r} names no agent after ':' or '+'; write auth:opencode, or "
            "auth:claude+opencode for two chambers"
        )
    return agents
