"""A change as data: what it claims, and the events that say what happened.

A change writes exactly the documents that its events carry, so that state and history cannot
differ.
"""

from dataclasses import dataclass, field

from orchestra_core.events import Event
from orchestra_core.state import ArchivedTask


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One atomic step.

    `claims` are names that must be free, each with its new holder (`chamber name -> chamber id`).
    `releases` are names with the only holder that can release them. With an `operation`, a repeat
    gets the first answer and changes nothing. `archives` are ended tasks that leave the live
    documents; a change to a document of an archived task brings the task back whole.
    """

    events: tuple[Event, ...]
    claims: dict[str, str] = field(default_factory=dict[str, str])
    releases: dict[str, str] = field(default_factory=dict[str, str])
    operation: str = ""
    archives: tuple[ArchivedTask, ...] = ()
