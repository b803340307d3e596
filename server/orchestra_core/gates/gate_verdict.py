"""A gate's verdict on a tree: a document beside the others, which no snapshot carries.

There is one for each tree that was ever judged, so they are read one by one, by their id.
"""

from typing import Literal

from msgspec import Struct

GateState = Literal["green", "red", "flaky"]


def verdict_id(subject: str, gate_digest: str) -> str:
    """Return the id of the verdict of one gate's text on one content."""
    return f"{subject}:{gate_digest}"


class GateVerdict(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whether a tree passes a gate; `flaky` if the gate has said both, which is no pass."""

    id: str
    gate: str  # its name
    tree: str
    state: GateState
    seconds: float = 0
    whose: str = ""  # in words: the work that it was judged for
    output: str = ""  # the failing part of what it printed
    clone: str = ""  # where it ran
    at: int

    @property
    def passes(self) -> bool:
        """Whether the tree may land as far as this gate goes."""
        return self.state == "green"
