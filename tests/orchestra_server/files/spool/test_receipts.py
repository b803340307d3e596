"""A receipt is the mailbox's own file, moved away: its letters are what was shown."""

import json
import os
from pathlib import Path

from orchestra_server.files.spool.receipts import (
    RECEIPTS,
    Receipt,
    ids_in_spool,
    read_receipts,
    receipts_in_chamber,
)
from orchestra_server.files.spool.spool_folder import claim_files, make_spool

AT_NS = 5_000_000


def test_a_claim_and_a_list_of_what_was_shown_are_receipts_of_each_letter() -> None:
    claim = json.dumps({"version": 1, "interrupts": [{"id": "i1"}, {"id": "i2"}, {"message": "x"}]})
    assert read_receipts(claim.encode(), "delivered", AT_NS) == [
        Receipt(interrupt_id="i1", state="delivered", at=5),
        Receipt(interrupt_id="i2", state="delivered", at=5),
    ]
    shown = json.dumps({"reader": "s-1/", "ids": ["i1", "i1"]}).encode()
    assert read_receipts(shown, "acted", AT_NS) == [Receipt(interrupt_id="i1", state="acted", at=5)]


def test_a_note_that_a_person_wrote_is_a_receipt_of_nothing() -> None:
    for note in (b"come home", b"", b"\xff", b'{"interrupts": 7}'):
        assert read_receipts(note, "delivered", AT_NS) == []


def test_receipts_in_a_chamber_come_in_order_of_time_and_half_written_ones_wait(
    tmp_path: Path,
) -> None:
    folder = tmp_path / RECEIPTS
    folder.mkdir(parents=True)
    (folder / "a.json").write_text('{"interrupt_id": "i1", "state": "acted", "at": 2}')
    (folder / "b.json").write_text('{"interrupt_id": "i1", "state": "delivered", "at": 1}')
    (folder / "c.json").write_text('{"interrupt_id": "i1", "st')
    (folder / "d.json").write_text('{"interrupt_id": "i1", "state": "eaten", "at": 1}')
    moved = folder / "auth.1.2.delivered"
    moved.write_text('{"interrupts": [{"id": "i2"}]}')
    os.utime(moved, ns=(AT_NS, AT_NS))
    assert receipts_in_chamber(tmp_path) == [
        (folder / "b.json", [Receipt(interrupt_id="i1", state="delivered", at=1)]),
        (folder / "a.json", [Receipt(interrupt_id="i1", state="acted", at=2)]),
        (moved, [Receipt(interrupt_id="i2", state="delivered", at=5)]),
    ]
    assert receipts_in_chamber(tmp_path / "gone") == []


def test_interrupts_whose_receipts_wait_are_known(tmp_path: Path) -> None:
    spool = make_spool(tmp_path)
    (spool / "auth.1.2.delivered").write_text('{"interrupts": [{"id": "i1"}]}')
    claim_files(tmp_path, 1)
    (spool / "auth.1.3.acted").write_text('{"ids": ["i2"]}')
    assert ids_in_spool(tmp_path) == {"i1", "i2"}
