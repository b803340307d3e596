"""How a gate's verdict on a tree is recorded: once, and as flaky if an earlier one differed."""

from msgspec.structs import replace

from orchestra_core.change import Change
from orchestra_core.events import Event, EventData, Kind
from orchestra_core.gates.gate_verdict import GateState, GateVerdict

_KINDS: dict[GateState, Kind] = {
    "green": "gate.passed",
    "red": "gate.failed",
    "flaky": "gate.flaky",
}
_NOTHING = Change(events=())


def judged(
    recorded: GateVerdict | None, fresh: GateVerdict, actor: str
) -> tuple[GateVerdict, Change]:
    """Return the verdict that holds after a gate's `fresh` one, and the change that records it."""
    if recorded is None:
        return fresh, _recorded(fresh, actor)
    if recorded.state in {fresh.state, "flaky"}:
        return recorded, _NOTHING
    red = recorded if recorded.state == "red" else fresh
    flaky = replace(fresh, state="flaky", output=red.output)
    return flaky, _recorded(flaky, actor)


def overruled(verdict: GateVerdict, *, task_id: str, actor: str, at: int) -> Change:
    """Return the record that the operator let a failing tree land."""
    event = Event(
        at=at,
        kind="gate.overruled",
        actor=actor,
        task_id=task_id,
        data=EventData(verdict=verdict),
    )
    return Change(events=(event,))


def _recorded(verdict: GateVerdict, actor: str) -> Change:
    event = Event(
        at=verdict.at, kind=_KINDS[verdict.state], actor=actor, data=EventData(verdict=verdict)
    )
    return Change(events=(event,))
