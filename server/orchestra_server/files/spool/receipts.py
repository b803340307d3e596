"""Receipts: which interrupts a hook has delivered or seen acted on, and when.

A receipt is the mailbox's own file, moved after its text was shown: a claim with its letters, or
the list of what a reader was shown. A hook that cannot write to the spool moves it into a folder of
its chamber. Hooks of older versions wrote one document per interrupt there.
"""

from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from orchestra_core.models import InterruptState
from orchestra_server.files.hook.find_reader import HOOKS
from orchestra_server.files.hook.spool import RECEIPTS as _FOLDER
from orchestra_server.files.spool.spool_folder import RECEIPT_STATES, waiting_receipts

RECEIPTS = Path(HOOKS, _FOLDER)
_NS_PER_MS = 1_000_000


class Receipt(Struct, frozen=True, kw_only=True):
    """An interrupt has reached `state` at `at` (ms)."""

    interrupt_id: str
    state: InterruptState
    at: int


class _ShownLetter(Struct, frozen=True):
    id: str = ""


class _ReceiptFile(Struct, frozen=True):
    interrupts: tuple[_ShownLetter, ...] = ()
    ids: tuple[str, ...] = ()


def read_receipts(raw: bytes, state: str, written_ns: int) -> list[Receipt]:
    """Return what a receipt says; nothing for text that a person put into the mailbox."""
    try:
        file = msgspec.json.decode(raw, type=_ReceiptFile)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return []
    ids = dict.fromkeys((*(letter.id for letter in file.interrupts), *file.ids))
    at = written_ns // _NS_PER_MS
    reached: InterruptState = "acted" if state == "acted" else "delivered"
    return [Receipt(interrupt_id=letter_id, state=reached, at=at) for letter_id in ids if letter_id]


def receipts_in_chamber(chamber_path: Path) -> list[tuple[Path, Sequence[Receipt]]]:
    """Return the receipts in a chamber, each with its file, oldest first."""
    candidates = ((path, _read(path)) for path in _files(chamber_path / RECEIPTS))
    files = [(path, receipts) for path, receipts in candidates if receipts is not None]
    return sorted(files, key=lambda file: min((receipt.at for receipt in file[1]), default=0))


def ids_in_spool(common_dir: Path) -> set[str]:
    """Return the interrupts whose receipts are still in the spool."""
    ids = set[str]()
    for file in waiting_receipts(common_dir):
        try:
            receipts = read_receipts(file.read(), file.receipt_state, file.written_ns)
        except OSError:  # just taken in
            continue
        ids |= {receipt.interrupt_id for receipt in receipts}
    return ids


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*") if not path.name.startswith("."))


def _read(path: Path) -> list[Receipt] | None:
    state = path.suffix.removeprefix(".")
    try:
        raw = path.read_bytes()
        if state in RECEIPT_STATES:
            return read_receipts(raw, state, path.stat().st_mtime_ns)
        return [msgspec.json.decode(raw, type=Receipt)]
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None  # incomplete, or not a receipt: the next round reads it again
