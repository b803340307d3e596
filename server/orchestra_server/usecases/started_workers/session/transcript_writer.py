"""Writes a worker's transcript: its last entries into the store, all of them into a file."""

import asyncio
import logging
import os
from pathlib import Path

from msgspec.structs import replace

from orchestra_core.clock import Clock
from orchestra_core.models import Chamber
from orchestra_core.store.store import Store
from orchestra_core.text import clean
from orchestra_core.workers.started_worker import Spent
from orchestra_core.workers.transcript import TranscriptEntry, encode_entry
from orchestra_server.agents.reports import (
    Asked,
    Ended,
    Noted,
    Report,
    Said,
    ToolBegan,
    ToolEnded,
    TurnEnded,
)
from orchestra_server.files.hook.json_files import file_name_part
from orchestra_server.usecases.started_workers.record_worker import until_stored
from orchestra_server.usecases.started_workers.session.call_text import call_text

TRANSCRIPTS_IN_GIT = Path("orchestra", "transcripts")
_TEXT_LIMIT = 4_000  # characters of an entry in the store; the file has everything
_OWNER_ONLY = 0o600
_log = logging.getLogger(__name__)


class TranscriptWriter:
    """The transcript of one chamber's worker."""

    def __init__(self, store: Store, common_dir: Path, chamber: Chamber, clock: Clock) -> None:
        self._store = store
        self._chamber_id, self._root = chamber.id, chamber.path
        self._clock = clock
        self._file = transcript_file(common_dir, chamber.id)
        self._is_writable = True

    async def told(self, text: str, by: str) -> None:
        """Add what the worker was told."""
        await self._add(TranscriptEntry(at=self._clock(), kind="told", text=text, by=by))

    async def take(self, report: Report, used: Spent) -> None:
        """Add a report's entry, if it has one; `used` is what the turn used if one has ended."""
        entry = entry_of(report, self._clock(), self._root)
        if entry is not None:
            await self._add(replace(entry, used=used) if entry.kind == "turn" else entry)

    async def _add(self, entry: TranscriptEntry) -> None:
        await asyncio.to_thread(self._append, entry)
        text = clean(entry.text)
        if len(text) > _TEXT_LIMIT:
            text = f"{text[:_TEXT_LIMIT]}\n… ({len(text) - _TEXT_LIMIT:,} characters more)"
        shown = replace(entry, text=text)

        async def add() -> None:
            await self._store.add_to_transcript(self._chamber_id, shown)

        await until_stored(add)

    def _append(self, entry: TranscriptEntry) -> None:
        if not self._is_writable:
            return
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._file, flags, _OWNER_ONLY)
            try:
                os.write(descriptor, encode_entry(entry) + b"\n")
            finally:
                os.close(descriptor)
        except OSError as fault:
            self._is_writable = False  # the store has the last entries
            _log.warning("the transcript %s cannot be written (%s)", self._file, fault.strerror)


def transcript_file(common_dir: Path, chamber_id: str) -> Path:
    """Return the path of a chamber's full transcript."""
    return common_dir / TRANSCRIPTS_IN_GIT / f"{file_name_part(chamber_id)}.jsonl"


def entry_of(report: Report, at: int, root: str) -> TranscriptEntry | None:
    """Return a report as an entry; None if it has nothing to read.

    Files are named relative to `root`.
    """
    entry = TranscriptEntry(at=at, kind="noted")
    match report:
        case Said(text=text, subagent=by):
            return replace(entry, kind="said", text=text, by=by)
        case ToolBegan() | ToolEnded() | Asked():
            return _of_call(report, entry, root)
        case Noted(text=text):
            return replace(entry, text=text)
        case TurnEnded(reason=reason, words=words):
            return replace(entry, kind="turn", text=words, outcome=reason)
        case Ended(reason=reason, words=words):
            return replace(entry, text=words, outcome=reason)
        case _:
            return None


def _of_call(
    report: ToolBegan | ToolEnded | Asked, entry: TranscriptEntry, root: str
) -> TranscriptEntry:
    entry = replace(entry, by=report.subagent)
    match report:
        case ToolBegan(id=call, tool=tool, arguments=arguments, title=title):
            text = call_text(arguments, root) or title
            return replace(entry, kind="tool", text=text, tool=tool, call=call)
        case ToolEnded(id=call, outcome=outcome, text=text):
            return replace(entry, kind="outcome", text=text, call=call, outcome=outcome)
        case Asked(tool=tool, arguments=arguments, tool_id=call):
            text = call_text(arguments, root)
            return replace(entry, kind="asked", text=text, tool=tool, call=call)
