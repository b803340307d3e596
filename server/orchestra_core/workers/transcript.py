"""What a started worker said and did, entry by entry, as kept in its chamber's transcript."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Literal

import msgspec
from msgspec import Struct

from orchestra_core.workers.started_worker import Spent

EntryKind = Literal["told", "said", "tool", "outcome", "asked", "noted", "turn"]


class TranscriptEntry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that was said or done; texts are cleaned, and long ones are cut.

    An `outcome` belongs to the `tool` entry with the same `call`.
    """

    at: int
    kind: EntryKind
    text: str = ""
    tool: str = ""
    call: str = ""  # the agent's own id of the tool call
    outcome: str = ""  # done, failed or aborted
    used: Spent = Spent()  # used by a turn that has ended
    by: str = ""  # who said it, or the subagent that said or did it


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(TranscriptEntry)


def encode_entry(entry: TranscriptEntry) -> bytes:
    """Return an entry as compact JSON on one line."""
    return _encoder.encode(entry)


def decode_entries(raws: Iterable[bytes]) -> list[TranscriptEntry]:
    """Decode entries, and skip what this version cannot read."""
    entries: list[TranscriptEntry] = []
    for raw in raws:
        with suppress(msgspec.DecodeError, UnicodeDecodeError):
            entries.append(_decoder.decode(raw))
    return entries
