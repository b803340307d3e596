"""A change as data: what it claims, and the events that say what happened.

The documents a change writes are exactly those its events carry, so that state and history
cannot differ.
"""

from dataclasses import dataclass, field

from orchestra_core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One atomic step.

    `claims` are names that must be free and become the value's (`chamber name -> chamber id`);
    `releases` are given back by those who hold them, and by nobody else. `operation` makes a repeat
    answer what the first one did.
    """

    events: tuple[Event, ...]
    claims: dict[str, str] = field(default_factory=dict[str, str])
    releases: dict[str, str] = field(default_factory=dict[str, str])
    operation: str = ""
