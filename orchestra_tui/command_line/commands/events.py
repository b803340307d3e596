"""`orchestra events`: the project's history, and with --follow what happens from now on."""

import sys
import time
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import aclosing
from pathlib import Path

from orchestra_core.events import Event, Position, encode_event
from orchestra_core.store.checkpoint import checkpoint_number
from orchestra_core.store.follow import Arrived, Disconnected, Reconnected, Snapshot
from orchestra_core.store.store import Store
from orchestra_core.text import clean
from orchestra_core.workers.transcript import encode_entry
from orchestra_server.operator_commands.chambers.run_transcript import (
    entry_text,
    find_transcript,
    transcript_entries,
)
from orchestra_tui.command_line.arguments import Options
from orchestra_tui.command_line.command_context import CommandContext
from orchestra_tui.command_line.open_project import open_project
from orchestra_tui.command_line.print_output import print_json, warn
from orchestra_tui.command_line.run_to_end import run_to_end
from orchestra_tui.presentation.drawer.event_lines import SUBJECT_WIDTH, feed_line

# How many events are printed of a long history, and looked for again in a restored store.
_REMEMBERED = 1_000


def run(place: CommandContext, options: Options) -> int:
    """Print the events after `--after`, oldest first."""
    if options.transcript:
        return _print_transcript(place, options)
    run_to_end(_print(place, options))
    return 0


def _print_transcript(place: CommandContext, options: Options) -> int:
    file = run_to_end(_find_transcript(place, options.transcript))
    for entry in transcript_entries(file):
        if options.json:
            print_json(encode_entry(entry))
        else:
            sys.stdout.write(f"{entry_text(entry)}\n")
    return 0


async def _find_transcript(place: CommandContext, chamber: str) -> Path:
    async with open_project(place) as context:
        return await find_transcript(context, chamber)


async def _print(place: CommandContext, options: Options) -> None:
    async with open_project(place) as context:
        if options.follow:
            await _follow(context.store, options)
        else:
            _write(await history_after(context.store, options.after), as_json=options.json)


async def history_after(store: Store, after: int) -> list[Event]:
    """Return the events after an event; from the start, only the last ones of a long history."""
    first = await checkpoint_number(store) + 1
    if after + 1 < first:
        warn(f"the history begins at event {first}: earlier ones were trimmed")
    if after > 0:
        return await store.events(after)
    events = await store.last_events(_REMEMBERED)
    if events and events[0].seq > first:
        begin = max(1, first - 1)
        warn(f"earlier events: orchestra events --after {begin}, up to {events[0].seq - 1}")
    return events


async def _follow(store: Store, options: Options) -> None:
    last = options.after
    printed = deque[Position](maxlen=_REMEMBERED)
    async with aclosing(store.follow()) as updates:
        async for update in updates:
            match update:
                case Snapshot(state=state):
                    last = await _last_still_there(store, printed, last)
                    # The events up to the snapshot; later ones arrive by themselves.
                    history = await history_after(store, last)
                    events = tuple(event for event in history if event.seq <= state.seq)
                case Arrived(events=arrived):
                    events = tuple(event for event in arrived if event.seq > last)
                case Disconnected(reason=reason):
                    warn(f"not connected: {reason}")
                    continue
                case Reconnected():
                    warn("connected again")
                    continue
                case _:
                    continue
            if events:
                _write(events, as_json=options.json)
                printed.extend(event.position for event in events)
                last = events[-1].seq


async def _last_still_there(store: Store, printed: Sequence[Position], last: int) -> int:
    """Return the number of the last printed event that the store still has.

    A restored store has lost the newest events, and may have others in their place. A trimmed store
    lacks the oldest.
    """
    if not printed or last <= await checkpoint_number(store):
        return last
    history = await store.events(printed[0].seq - 1, limit=len(printed))
    common = {event.position for event in history}.intersection(printed)
    last_common = max((position.seq for position in common), default=printed[0].seq - 1)
    if last_common < last:
        warn(f"the store has lost the events after {last_common}; what follows takes their place")
    return last_common


def _write(events: Iterable[Event], *, as_json: bool) -> None:
    if as_json:
        print_json(*map(encode_event, events))
    else:
        sys.stdout.writelines(f"{event_line(event)}\n" for event in events)
    sys.stdout.flush()


def event_line(event: Event) -> str:
    """Return ` 12 2026-11-23 14:03:59 auth created on …`, in local time."""
    date = time.strftime("%Y-%m-%d", time.localtime(event.at / 1_000))
    at, subject, *words = (cell.text.strip() for cell in feed_line(event))
    return clean(f"{event.seq:>6}  {date} {at}  {subject:<{SUBJECT_WIDTH}}  {' '.join(words)}")
