"""Checks a store by using it (writes, hears, reads back), and for what may lose state later."""

import asyncio
from dataclasses import dataclass, replace
from typing import Literal

from orchestra_core.change import Change
from orchestra_core.clock import now_ms
from orchestra_core.errors import StoreUnavailable
from orchestra_core.events import Event, EventData, decode_event
from orchestra_core.models import Task
from orchestra_core.store.client.reply_parser import as_bytes, as_list, as_number
from orchestra_core.store.client.server_version import read_info
from orchestra_core.store.client.subscription_buffer import Hearing
from orchestra_core.store.keys import DOCUMENT_HASHES, Keys
from orchestra_core.store.reads import Reads
from orchestra_core.store.store import Store

Risk = Literal["eviction", "persistence", "replica", "clock"]
_SECTION = "trial:"
_HEARD_SECONDS = 5.0
_CLOCK_MS = 5_000


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that can lose or misread the state; `mend` says what to do."""

    risk: Risk
    found: str
    mend: str


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """What a server says about itself that matters for keeping state."""

    policy: str = "noeviction"
    limited: bool = False  # whether it has a maxmemory
    appends: bool = True
    dumps: bool | None = True  # None if it may not be asked
    replica: bool = False
    ahead_ms: int = 0  # how far this machine's clock is ahead


async def try_store(store: Store) -> None:
    """Write an event apart from the project's own, hear it, read it back and remove it.

    Raises StoreUnavailable for whatever does not work.
    """
    trial = replace(store, keys=Keys(store.keys.project, _SECTION))
    task = Task(
        id="trial", description="trial", complexity="trivial", working_directory="", started_at=0
    )
    event = Event(at=0, kind="task.started", data=EventData(task=task))

    async def decide(_reads: Reads) -> Change:
        return Change(events=(event,))

    try:
        async with store.client.listen(trial.keys.channel) as subscription:
            committed = await trial.transact(decide)
            await _hear(subscription, committed.events[0])
        if (await trial.snapshot()).tasks != {task.id: task}:
            raise StoreUnavailable("what was written into Redis is not what it answers")
    finally:
        await _remove(trial)


async def _hear(subscription: Hearing, event: Event) -> None:
    try:
        async with asyncio.timeout(_HEARD_SECONDS):
            while True:
                _, payload = await subscription.hear()
                if decode_event(payload) == event:
                    return
    except TimeoutError:
        raise StoreUnavailable(
            f"a message published to Redis did not come within {_HEARD_SECONDS:.0f} s; "
            "check whether something between here and Redis holds up Pub/Sub"
        ) from None


async def _remove(trial: Store) -> None:
    keys = trial.keys
    hashes = (keys.documents(name) for name in DOCUMENT_HASHES)
    await trial.client.call("UNLINK", keys.sequence, keys.stream, keys.counts, *hashes)


async def read_facts(store: Store) -> ServerFacts:
    """Ask the server; raises StoreUnavailable."""
    client = store.client
    memory, persistence = await read_info(client, "memory"), await read_info(client, "persistence")
    before = now_ms()
    seconds, micros = map(as_number, as_list(await client.call("TIME")))
    here = (before + now_ms()) // 2
    return ServerFacts(
        policy=memory.get("maxmemory_policy", "noeviction"),
        limited=memory.get("maxmemory", "0") != "0",
        appends=persistence.get("aof_enabled") == "1",
        dumps=await _dumps(store),
        replica=(await read_info(client, "replication")).get("role") == "slave",
        ahead_ms=here - (seconds * 1_000 + micros // 1_000),
    )


async def _dumps(store: Store) -> bool | None:
    """Tell whether it saves dumps by itself; many servers do not answer that."""
    try:
        answer = as_list(await store.client.call("CONFIG", "GET", "save"))
    except StoreUnavailable:
        return None
    return bool(as_bytes(answer[1])) if len(answer) > 1 else None


def warnings_of(facts: ServerFacts) -> list[Warned]:
    """Return warnings about such a server, the worst first."""
    warnings = list[Warned]()
    if facts.replica:
        warnings.append(
            Warned("replica", "it is a read-only replica", "name the primary in the URL")
        )
    if facts.limited and facts.policy.startswith("allkeys"):
        warnings.append(
            Warned(
                "eviction",
                f"it evicts keys when its memory is full (maxmemory-policy {facts.policy}), "
                "and with them tasks and chambers",
                "set maxmemory-policy noeviction, or use a server of its own",
            )
        )
    if not facts.appends:
        warnings.append(_unkept(facts))
    if abs(facts.ahead_ms) > _CLOCK_MS:
        way = "ahead of" if facts.ahead_ms > 0 else "behind"
        warnings.append(
            Warned(
                "clock",
                f"this machine's clock is {abs(facts.ahead_ms) / 1_000:.0f} s {way} the server's, "
                "so that ages and the order of events from here are wrong",
                "let both take their time from the network (NTP)",
            )
        )
    return warnings


def _unkept(facts: ServerFacts) -> Warned:
    if facts.dumps is False:
        sentence = "it keeps nothing on disk: after a restart every task is gone"
    elif facts.dumps:
        sentence = "it only dumps to disk now and then: a crash loses what came after the last dump"
    else:
        sentence = "it keeps no append-only file, and does not say whether it dumps to disk"
    return Warned("persistence", sentence, "set appendonly yes")
