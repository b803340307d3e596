"""Follows a project without a gap: Pub/Sub only rings, the events are read from the stream.

Each event has a number, so a gap shows as `seq != last + 1`. Missing events are read from the
stream, or replaced by a new snapshot if the stream no longer has them. The nonce tells an event
from another one of the same number, so a store that came back without its last events is noticed.
"""

import asyncio
import random
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TypeAlias

from orchestra_core.errors import StoreUnavailable
from orchestra_core.events import Event, Position
from orchestra_core.models import Heartbeat, Presence
from orchestra_core.process.ticks import until_tick
from orchestra_core.state import ProjectState
from orchestra_core.store.client.client_protocol import Client
from orchestra_core.store.client.redis_request import Answer
from orchestra_core.store.client.reply_parser import (
    as_bytes,
    as_event,
    as_list,
    as_number,
    entry_field,
)
from orchestra_core.store.client.subscription_buffer import Heard, SubscriptionBuffer
from orchestra_core.store.documents import decode_heartbeats, decode_presence, read_snapshot
from orchestra_core.store.keys import Keys
from orchestra_core.store.scripts import script

# Seconds between the moments at which a follower without news looks whether its subscription still
# hears. Over a network it may not; over a socket of this machine nothing is known that makes it so.
# The daemon sends its heartbeat at the same moments, so that it wakes up once for both.
IDLE_SECONDS = 30.0
LOCAL_IDLE_SECONDS = 300.0
_PAGE = 1_000
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 5.0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The whole state: at the start, and whenever events since the last one are lost."""

    state: ProjectState


@dataclass(frozen=True, slots=True)
class Arrived:
    """The next events, in order; several if they came together."""

    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class PresenceChanged:
    """What a chamber's worker does now."""

    presence: Presence


@dataclass(frozen=True, slots=True)
class ClonesHeard:
    """When each clone was last heard, by its id; read while nothing else happens."""

    heartbeats: dict[str, Heartbeat]


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The server is out of reach; what is known stays, and following continues by itself."""

    reason: str


@dataclass(frozen=True, slots=True)
class Reconnected:
    """The server is back; what was missed comes next."""


Update: TypeAlias = Snapshot | Arrived | PresenceChanged | ClonesHeard | Disconnected | Reconnected
Updates: TypeAlias = AsyncGenerator[Update, None]


async def follow(client: Client, keys: Keys) -> Updates:
    """Yield updates until the client is closed; close the generator to stop earlier."""
    follower = _Follower(client, keys)
    reason = ""
    while not client.closed:
        try:
            if reason:
                await asyncio.sleep(follower.next_pause())
                await client.mend()
            async with (
                client.listen(keys.channel, keys.presence_channel) as subscription,
                SubscriptionBuffer(subscription) as buffer,
            ):
                if reason:
                    reason = ""
                    yield Reconnected()
                async with aclosing(follower.live(buffer)) as updates:
                    async for update in updates:
                        yield update
        except StoreUnavailable as failure:
            if str(failure) != reason and not client.closed:
                reason = str(failure)
                yield Disconnected(reason)


@dataclass(slots=True)
class _Follower:
    client: Client
    keys: Keys
    last: Position | None = None  # of the last event yielded; None before the first snapshot
    presence: dict[str, Presence] = field(default_factory=dict[str, Presence])
    clones: set[str] = field(default_factory=set[str])
    heartbeats: list[Answer] = field(default_factory=list["Answer"])
    pause: float = 0.0

    def next_pause(self) -> float:
        """Return the seconds to wait before the next attempt: none at first, then ever more."""
        pause = self.pause * random.uniform(0.5, 1.0)  # noqa: S311 - spreads clients
        self.pause = min(_LONGEST_PAUSE, self.pause * 2 or _FIRST_PAUSE)
        return pause

    async def live(self, buffer: SubscriptionBuffer) -> Updates:
        """Yield what was missed, then what comes.

        Ends if the subscription proves deaf; raises StoreUnavailable if the server is lost.
        """
        async for update in self._missed():
            yield update
        for presence in await self._missed_presence():
            yield PresenceChanged(presence)
        self.pause = 0.0
        while True:
            heard = await buffer.wait(self._patience())
            before = self.last
            events = self._next_in_order(heard)
            if events:
                yield Arrived(events)
            if not heard or self._gap(heard):
                async for update in self._missed(is_idle=not heard):
                    yield update
            for presence in self._heard_presence(heard):
                yield PresenceChanged(presence)
            if not heard and self.last != before:
                return  # something happened, but nothing rang

    def _patience(self) -> float:
        """Return how long to wait for news before looking; other clones' heartbeats do not ring."""
        is_told_all = self.client.is_local and len(self.clones) <= 1
        return until_tick(LOCAL_IDLE_SECONDS if is_told_all else IDLE_SECONDS)

    async def _missed(self, *, is_idle: bool = False) -> Updates:
        """Yield what came after the last event, or a snapshot if the stream has lost that event.

        Each page begins with the last event itself, to prove that it is the same history. An idle
        follower also reads when other clones were last heard, because that does not ring.
        """
        if is_idle and len(self.clones) > 1:
            async for update in self._missed_heartbeats():
                yield update
        while self.last is not None:
            last = self.last
            answer = await self.client.call(
                "XRANGE", self.keys.stream, last.seq, "+", "COUNT", _PAGE + 1
            )
            events = tuple(as_event(entry_field(entry)) for entry in as_list(answer))
            if not await self._continue(last, events):
                break
            following = events[1:] if last.seq else events
            if following:
                self.last = following[-1].position
                self._count_clones(following)
                yield Arrived(following)
            if len(events) <= _PAGE:
                return
        yield await self._snapshot()

    async def _continue(self, last: Position, events: Sequence[Event]) -> bool:
        """Tell whether `events` begin with the last event and continue without a gap."""
        if not events:  # nothing has happened, or the stream is lost
            return as_number(await self.client.call("GET", self.keys.sequence)) == last.seq
        first = max(last.seq, 1)
        same = not last.seq or events[0].position == last
        return same and [event.seq for event in events] == list(range(first, first + len(events)))

    async def _snapshot(self) -> Snapshot:
        state = await read_snapshot(self.client, self.keys)
        self.last = state.position
        self.presence = dict(state.presence)
        self.clones = set(state.clones)
        return Snapshot(state)

    def _next_in_order(self, heard: list[Heard]) -> tuple[Event, ...]:
        """Return the events that follow the last one without a gap, and count them as yielded."""
        events: list[Event] = []
        for event in self._events(heard):
            if self.last is not None and event.follows(self.last):
                events.append(event)
                self.last = event.position
        self._count_clones(events)
        return tuple(events)

    def _count_clones(self, events: Iterable[Event]) -> None:
        self.clones |= {event.data.clone.id for event in events if event.data.clone is not None}

    def _gap(self, heard: list[Heard]) -> bool:
        """Tell whether something was heard that was not yielded."""
        last = self.last or Position()
        return any(
            event.seq > last.seq or (event.seq == last.seq and event.nonce != last.nonce)
            for event in self._events(heard)
        )

    def _events(self, heard: list[Heard]) -> Iterable[Event]:
        channel = self.keys.channel.encode()
        return (as_event(payload) for name, payload in heard if name == channel)

    def _heard_presence(self, heard: list[Heard]) -> list[Presence]:
        channel = self.keys.presence_channel.encode()
        return self._changed(payload for name, payload in heard if name == channel)

    async def _missed_heartbeats(self) -> Updates:
        """Yield when each clone was last heard, if that has changed."""
        answer = await self.client.run(script("heartbeats"), (self.keys.heartbeats,), [])
        _, *said = as_list(answer)
        if said != self.heartbeats:
            self.heartbeats = said
            yield ClonesHeard(decode_heartbeats(answer))

    async def _missed_presence(self) -> list[Presence]:
        """Return the reports that differ from the last yielded ones."""
        answer = await self.client.call("HVALS", self.keys.presence)
        return self._changed(as_bytes(raw) for raw in as_list(answer))

    def _changed(self, raws: Iterable[bytes]) -> list[Presence]:
        """Return the last report of each chamber, if it says something new."""
        latest = {presence.chamber_id: presence for presence in decode_presence(raws)}
        changed = [
            presence for name, presence in latest.items() if self.presence.get(name) != presence
        ]
        self.presence |= latest
        return changed
