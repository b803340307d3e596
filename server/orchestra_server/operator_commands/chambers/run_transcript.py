"""`orchestra events --transcript CHAMBER`: everything a started worker was told, said and did."""

import time
from collections.abc import Iterator
from pathlib import Path

from orchestra_core.errors import Unknown, unavailable
from orchestra_core.text import clean
from orchestra_core.wording.started_workers import amount_in_short
from orchestra_core.wording.states import REQUEST_SYMBOL
from orchestra_core.workers.transcript import TranscriptEntry, decode_entries
from orchestra_server.operator_commands.find_named import chamber_named
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.started_workers.session.transcript_writer import transcript_file

_MARKS = {
    "told": "▸",
    "said": "",
    "tool": "⚙",
    "outcome": "=",
    "asked": REQUEST_SYMBOL,
    "noted": "!",
}


async def find_transcript(context: Context, words: str) -> Path:
    """Return the transcript file of the chamber that CHAMBER or TASK/CHAMBER names.

    Raises Unknown if no worker was started in the chamber in this clone.
    """
    chamber = chamber_named(await context.store.snapshot(), words)
    file = transcript_file(context.project.git_dir, chamber.id)
    if not file.is_file():
        raise Unknown(
            f"chamber {chamber.id!r} has no transcript in this clone; "
            f"'orchestra start {chamber.name}' starts a worker there"
        )
    return file


def transcript_entries(file: Path) -> Iterator[TranscriptEntry]:
    """Yield the entries of a file, with one in memory at a time; raises Unavailable."""
    try:
        with file.open("rb") as lines:
            for line in lines:
                yield from decode_entries([line])
    except OSError as fault:
        raise unavailable(fault) from fault


def entry_text(entry: TranscriptEntry) -> str:
    """Return an entry as text for a person, with all but the first line indented."""
    at = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(entry.at / 1_000))
    used = amount_in_short(entry.used)
    head = " ".join(
        word
        for word in (
            at,
            _MARKS.get(entry.kind, "──"),
            f"{entry.by}:" if entry.by else "",
            entry.tool,
            f"[{entry.outcome}]" if entry.outcome else "",
            f"({used})" if used else "",
        )
        if word
    )
    first, *rest = clean(entry.text).split("\n")
    return "\n".join((f"{head} {first}".rstrip(), *(f"    {line}" for line in rest)))
