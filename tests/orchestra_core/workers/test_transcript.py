"""Entries of a transcript are read back, but for what this version cannot read."""

from orchestra_core.store.store import Store
from orchestra_core.workers.transcript import TranscriptEntry, decode_entries, encode_entry
from tests.support.samples.documents import NOON

SAID = TranscriptEntry(at=NOON, kind="said", text="I begin.\nNow.")


def test_an_entry_is_one_line_and_is_read_back() -> None:
    assert b"\n" not in encode_entry(SAID)
    unreadable = [b"{", b'{"at": 1, "kind": "unheard-of"}']
    assert decode_entries([encode_entry(SAID), *unreadable]) == [SAID]


async def test_the_store_keeps_the_entries_of_each_chamber_in_their_order(store: Store) -> None:
    later = TranscriptEntry(at=NOON + 1, kind="tool", tool="Bash", text="ls", call="t1")
    for entry in (SAID, later):
        await store.add_to_transcript("t/auth", entry)
    assert await store.transcript("t/auth", 10) == [SAID, later]
    assert await store.transcript("t/auth", 1) == [later]
    assert await store.transcript("t/web", 10) == []
