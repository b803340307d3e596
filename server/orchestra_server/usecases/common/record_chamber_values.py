"""Records an observed value of live chambers, such as their health, if it has changed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from orchestra_core.change import Change
from orchestra_core.clock import Clock
from orchestra_core.events import Event
from orchestra_core.models import Chamber
from orchestra_core.store.reads import Reads
from orchestra_core.store.store import Store

_ACTOR = "orchestra"
Value = TypeVar("Value")
_Value_contra = TypeVar("_Value_contra", contravariant=True)


class ValueEvent(Protocol[_Value_contra]):
    """Makes the event that records a chamber's new value."""

    def __call__(self, chamber: Chamber, value: _Value_contra, /, *, at: int, actor: str) -> Event:
        """Return the event."""
        ...


@dataclass(frozen=True, slots=True)
class ChamberValue(Generic[Value]):
    """An observed field of a chamber's document: how to read it, and its event."""

    read: Callable[[Chamber], Value]
    event: ValueEvent[Value]


async def record_chamber_values(
    store: Store,
    clock: Clock,
    chambers: Mapping[str, Chamber],
    member: ChamberValue[Value],
    values: Mapping[str, Value],
) -> None:
    """Write the values, by chamber id, that differ from those of `chambers`, in one change."""
    changed = {
        key: value
        for key, value in values.items()
        if key in chambers and member.read(chambers[key]) != value
    }
    if not changed:
        return

    async def decide(reads: Reads) -> Change:
        current = {key: await reads.chamber(key) for key in changed}
        at = clock()
        return Change(
            events=tuple(
                member.event(chamber, changed[key], at=at, actor=_ACTOR)
                for key, chamber in current.items()
                if chamber is not None and chamber.is_live and member.read(chamber) != changed[key]
            )
        )

    await store.transact(decide)
