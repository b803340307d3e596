"""What a gate's verdict means for a landing, and where it is kept."""

import pytest

from orchestra_core.change import Change
from orchestra_core.events import Event, EventData
from orchestra_core.gates.gate_verdict import GateState, GateVerdict, verdict_id
from orchestra_core.store.reads import Reads
from orchestra_core.store.store import Store


def verdict(state: GateState) -> GateVerdict:
    return GateVerdict(id=verdict_id("tree", "text"), gate="tests", tree="tree", state=state, at=1)


@pytest.mark.parametrize(("state", "passes"), [("green", True), ("red", False), ("flaky", False)])
def test_only_a_green_tree_passes(state: GateState, *, passes: bool) -> None:
    assert verdict(state).passes is passes


async def test_a_verdict_is_read_by_its_id_and_is_in_no_snapshot(store: Store) -> None:
    async def decide(reads: Reads) -> Change:
        assert await reads.verdict("tree:text") is None
        data = EventData(verdict=verdict("red"))
        return Change(events=(Event(at=1, kind="gate.failed", data=data),))

    await store.transact(decide)
    assert await store.read(lambda reads: reads.verdict("tree:text")) == verdict("red")
    (event,) = await store.events()
    assert event.data.verdict == verdict("red")
    assert event.data.documents() == ()
    await store.client.call("HSET", store.keys.verdicts, "tree:text", "{}")
    assert await store.read(lambda reads: reads.verdict("tree:text")) is None
