"""A gate's verdict on a tree: a document of its own kind, which no snapshot carries.

There is one for every tree that was ever judged, so they are read one by one, by id.
"""

from typing import Literal

from msgspec import Struct

GateState = Literal["green", "red", "flaky"]


def verdict_id(subject: str, gate_digest: str) -> str:
    """Return the id of the verdict of a gate's text on a content."""
    return f"{subject}:{gate_digest}"


class GateVerdict(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whether a tree passes a gate; `flaky` if the gate has said both, which does not pass."""

    id: str
    gate: str  # the gate's name
    tree: str
    state: GateState
    seconds: float = 0
    whose: str = ""  # in words: the work that was judged
    output: str = ""  # the failing part of its output
    clone: str = ""  # the clone where it ran
    at: int

    @property
    def passes(self) -> bool:
        """Whether the tree may land, as far as this gate is concerned."""
        return self.state == "green"
