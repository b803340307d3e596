"""The store of one project: change it, read it, follow it."""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from orchestra_core.change import Change
from orchestra_core.errors import Refused
from orchestra_core.events import Event
from orchestra_core.models import Clone, Heartbeat, Interrupt, InterruptState, Presence, Task
from orchestra_core.state import ArchivedTask, ProjectState
from orchestra_core.store.change_script import (
    Committed,
    NameTaken,
    Stale,
    new_nonce,
    parse_result,
    prepare,
)
from orchestra_core.store.client.client_protocol import Client
from orchestra_core.store.client.reply_parser import (
    as_bytes,
    as_event,
    as_list,
    as_number,
    entry_field,
)
from orchestra_core.store.client.server_version import ServerInfo, read_server_info
from orchestra_core.store.documents import (
    decode,
    decode_archived,
    decode_heartbeats,
    decode_presence,
    encode,
)
from orchestra_core.store.follow import Update, follow
from orchestra_core.store.keys import Keys
from orchestra_core.store.reads import Reads
from orchestra_core.store.scripts import script
from orchestra_core.workers.transcript import (
    TranscriptEntry,
    decode_entries,
    encode_entry,
)

_PAGE = 2_000
_ACTIVITY_KEPT = 500  # reports per chamber, about
_TRANSCRIPT_KEPT = 2_000  # entries per chamber, about
_ATTEMPTS = 64
DISORDER_MS = 3_600_000  # how far the clocks of several machines may differ
_LONGEST_PAUSE = 0.1
_NOTHING = Change(events=())

Seen = TypeVar("Seen")


@dataclass(frozen=True, slots=True)
class Contended:
    """Another running machine has the same clone id; both times are by the store's clock."""

    now: int
    heard_at: int


@dataclass(frozen=True, slots=True)
class Store:
    """One project's state in Redis or Valkey; every failure is a StoreUnavailable with one line."""

    client: Client
    keys: Keys

    async def transact(self, decide: Callable[[Reads], Awaitable[Change]]) -> Committed:
        """Commit what `decide` returns; if something it read has changed, let it decide again.

        Raises Refused if somebody else holds a claim, and whatever `decide` raises.
        """
        for attempt in range(_ATTEMPTS):
            reads = Reads(self.client, self.keys)
            match await self._commit(await decide(reads), reads):
                case Committed() as committed:
                    return committed
                case NameTaken(name, holder):
                    raise Refused(
                        f"the name {name!r} is held by {holder!r}; "
                        "close that one first, or choose another name"
                    )
                case Stale():
                    await _pause_after(attempt)
        raise Refused(
            f"others changed the same documents {_ATTEMPTS} times while this was decided; nothing "
            "was changed: try again"
        )

    async def read(self, look: Callable[[Reads], Awaitable[Seen]]) -> Seen:
        """Return what `look` returns, and change nothing.

        If several documents were read and one changed meanwhile, `look` is called again, so that
        everything it read was true at one moment. Raises whatever `look` raises.
        """
        for attempt in range(_ATTEMPTS):
            reads = Reads(self.client, self.keys)
            seen = await look(reads)
            # A single answer of the server is from one moment anyway.
            if len(reads.guards) + len(reads.sizes) <= 1:
                return seen
            if isinstance(await self._commit(_NOTHING, reads), Committed):
                return seen
            await _pause_after(attempt)
        raise Refused(
            f"others changed the same documents {_ATTEMPTS} times while they were read: try again"
        )

    async def _commit(self, change: Change, reads: Reads) -> Committed | Stale | NameTaken:
        call = prepare(change, reads, self.keys)
        answer = await self.client.run(script("change"), call.keys, call.arguments)
        return parse_result(answer, call.events)

    async def snapshot(self, *task_ids: str) -> ProjectState:
        """Return the live state at one moment, together with these tasks if they are archived."""
        state = await Reads(self.client, self.keys).state()
        for archived in await self.archived(
            task_id for task_id in task_ids if task_id not in state.tasks
        ):
            state.add(archived)
        return state

    async def archived(self, task_ids: Iterable[str]) -> list[ArchivedTask]:
        """Return those of the tasks that the archive holds."""
        wanted = [*dict.fromkeys(task_ids)]
        if not wanted:
            return []
        raws = as_list(await self.client.call("HMGET", self.keys.archive, *wanted))
        return [decode_archived(as_bytes(raw)) for raw in raws if raw is not None]

    async def archive_page(self, skip: int, count: int) -> list[ArchivedTask]:
        """Return some archived tasks, the last ended first."""
        order = await self.client.call("ZREVRANGE", self.keys.ended, skip, skip + count - 1)
        return await self.archived(as_bytes(task_id).decode() for task_id in as_list(order))

    async def events(self, after: int = 0, limit: int = 0) -> list[Event]:
        """Return the history after event `after`, oldest first; `limit` 0 means all of it."""
        events: list[Event] = []
        while not limit or len(events) < limit:
            count = min(_PAGE, limit - len(events)) if limit else _PAGE
            start = (events[-1].seq if events else after) + 1
            page = await self._page(start, count)
            events += map(as_event, page)
            if len(page) < count:
                break
        return events

    async def events_of(self, task: Task) -> list[Event]:
        """Return the history of a task without reading what came before its start.

        Events are nearly in the order of their times, so a task's events are searched from a while
        before its start to a while after its end.
        """
        start = await self._first_seq_since(task.started_at - DISORDER_MS)
        events, after = list[Event](), start - 1
        while page := await self.events(after, _PAGE):
            events += [event for event in page if event.task_id == task.id]
            after = page[-1].seq
            if task.is_over and page[-1].at > task.finished_at + DISORDER_MS:
                break
        return events

    async def _first_seq_since(self, moment: int) -> int:
        """Return the number of the first event at a time or later, found by bisection."""
        ends = [await self._newest(self.keys.stream, 1), await self._page(0, 1)]
        if not all(ends):
            return 1
        high, low = as_event(ends[0][0]).seq + 1, as_event(ends[1][0]).seq
        while low < high:
            middle = (low + high) // 2
            page = await self._page(middle, 1)
            if page and as_event(page[0]).at < moment:
                low = middle + 1
            else:
                high = middle
        return low

    async def _page(self, start: int, count: int) -> list[bytes]:
        answer = await self.client.call("XRANGE", self.keys.stream, start, "+", "COUNT", count)
        return [entry_field(entry) for entry in as_list(answer)]

    async def last_events(self, count: int) -> list[Event]:
        """Return the newest `count` events, oldest first."""
        entries = await self._newest(self.keys.stream, count)
        return [as_event(raw) for raw in entries]

    async def stamp_interrupt(
        self, interrupt_id: str, state: InterruptState, *, at: int, actor: str, note: str = ""
    ) -> Interrupt | None:
        """Move an interrupt to its next state and return it; None if there is none.

        A stamp that repeats, goes back or follows the end changes nothing. `note` says how it
        ended.
        """
        keys = (self.keys.documents("interrupts"), self.keys.sequence, self.keys.stream)
        arguments = [self.keys.channel, interrupt_id, state, at, actor, note, new_nonce()]
        answer = await self.client.run(script("interrupt_stamp"), keys, arguments)
        return None if answer is None else decode(Interrupt, as_bytes(answer))

    async def report_presence(self, presence: Presence) -> None:
        """Record what a chamber's worker does now."""
        await self.report_presences(presence.chamber_id, [presence])

    async def report_presences(self, chamber_id: str, presences: Sequence[Presence]) -> None:
        """Record what a chamber's worker has done, the oldest report first, in one change."""
        keys = (self.keys.presence, self.keys.activity(chamber_id))
        arguments = [
            self.keys.presence_channel,
            chamber_id,
            _ACTIVITY_KEPT,
            *(encode(presence) for presence in presences),
        ]
        await self.client.run(script("presence"), keys, arguments)

    async def say_heard(
        self, clone: Clone, holder: str, serves: str | None, *, silent_ms: int
    ) -> Contended | None:
        """Record that a clone is alive, and the duties done there; None leaves those as they are.

        If another running machine with the same id has been on duty within `silent_ms`, changes
        nothing and returns when that one was last heard.
        """
        keys = (
            self.keys.documents("clones"),
            self.keys.heartbeats,
            self.keys.sequence,
            self.keys.stream,
            self.keys.counts,
        )
        arguments = [
            self.keys.channel,
            encode(clone),
            holder,
            "=" if serves is None else serves,
            silent_ms,
            new_nonce(),
        ]
        answer = as_list(await self.client.run(script("heartbeat"), keys, arguments))
        if as_bytes(answer[0]) == b"held":
            return None
        return Contended(as_number(answer[1]), as_number(answer[2]))

    async def heartbeats(self) -> dict[str, Heartbeat]:
        """Return when each clone was last heard, by its id."""
        answer = await self.client.run(script("heartbeats"), (self.keys.heartbeats,), [])
        return decode_heartbeats(answer)

    async def presence(self, chamber_id: str) -> Presence | None:
        """Return what a chamber's worker does now, None before its first report."""
        raw = await self.client.call("HGET", self.keys.presence, chamber_id)
        return next(iter(decode_presence([as_bytes(raw)])), None) if raw is not None else None

    async def activity(self, chamber_id: str, count: int) -> list[Presence]:
        """Return a worker's last `count` reports, oldest first."""
        entries = await self._newest(self.keys.activity(chamber_id), count)
        return decode_presence(entries)

    async def add_to_transcript(self, chamber_id: str, entry: TranscriptEntry) -> None:
        """Add what a started worker said or did; only the last few thousand entries are kept."""
        key = self.keys.transcript(chamber_id)
        length = ("MAXLEN", "~", _TRANSCRIPT_KEPT)
        await self.client.call("XADD", key, *length, "*", "t", encode_entry(entry))

    async def transcript(self, chamber_id: str, count: int) -> list[TranscriptEntry]:
        """Return the last `count` entries of a chamber's transcript, oldest first."""
        entries = await self._newest(self.keys.transcript(chamber_id), count)
        return decode_entries(entries)

    async def server_info(self) -> ServerInfo:
        """Return the server's product and version."""
        return await read_server_info(self.client)

    def follow(self) -> AsyncGenerator[Update, None]:
        """Yield a Snapshot, then everything that happens, without a gap or a repeat."""
        return follow(self.client, self.keys)

    async def _newest(self, stream: str, count: int) -> list[bytes]:
        if count <= 0:
            return []
        answer = await self.client.call("XREVRANGE", stream, "+", "-", "COUNT", count)
        return [entry_field(entry) for entry in reversed(as_list(answer))]


async def _pause_after(attempt: int) -> None:
    longest = min(_LONGEST_PAUSE, 0.002 * 2**attempt)
    await asyncio.sleep(random.uniform(0, longest))  # noqa: S311 - spreads retries
