"""One change of the state: document, history and bell in one script, durable when answered."""

import asyncio
from collections.abc import Awaitable, Callable

from redis.asyncio import Redis

from benchmarks.figures.measure import by_turns_async, taken_ms
from benchmarks.figures.row import Aim, Benchmark, Comparison, SampleBudget, comparison
from benchmarks.projects import invented_project
from benchmarks.projects.places import a_place
from orchestra_core.change import Change
from orchestra_core.events import Event, EventData, encode_event
from orchestra_core.store.documents import encode
from orchestra_core.store.open_store import open_store
from orchestra_core.store.reads import Reads
from orchestra_core.store.store import Store

_AT_ONCE = 10
_EACH = 10
_SEPARATE = "HSET, XADD and PUBLISH by redis-py, one after the other"
_OURS = "the same three by the store's client"

Work = Callable[[], Awaitable[object]]


def measure(budget: SampleBudget) -> list[Comparison]:
    """Time single changes and ten at once on a server that answers once they are on disk."""
    return asyncio.run(_measure(budget))


async def _measure(budget: SampleBudget) -> list[Comparison]:
    with a_place() as place:
        # As a program of its own would have it: redis-py's client and its pool of connections.
        plain = Redis(unix_socket_path=str(place.server.socket))
        async with open_store("bench", place.settings) as store, plain:
            works = _works(store, plain)
            change, separate, ours, single = await by_turns_async(
                [_timed(work) for work in works], budget.seconds(12), least=100
            )
            many, many_separate, many_ours = await by_turns_async(
                [_rate(work) for work in works[:3]], budget.seconds(8)
            )
    return [
        comparison(
            "alone", "ms", change, Aim(0.6), versus=_SEPARATE, against=separate,
        ),
        comparison(
            "ten at once", "/s", many, Aim(2, at_least=True), versus=_SEPARATE,
            against=many_separate,
        ),
        comparison("alone, by the store's client", "ms", change, versus=_OURS, against=ours),
        comparison(
            "ten at once, by the store's client", "/s", many, versus=_OURS, against=many_ours
        ),
        comparison(
            "alone, by a durable SET", "ms", change, Aim(3, of="p99"), versus="SET", against=single
        ),
    ]  # fmt: skip


def _works(store: Store, plain: Redis) -> tuple[Work, Work, Work, Work]:
    keys, client = store.keys, store.client
    task = invented_project.task(1)
    event = Event(at=1, kind="task.started", task_id=task.id, data=EventData(task=task))
    document, history = encode(task), encode_event(event)

    async def decide(_: Reads) -> Change:
        return Change(events=(event,))

    async def change() -> object:
        return await store.transact(decide)

    async def separate() -> object:
        await plain.hset(keys.documents("agents"), task.id, document)
        await plain.xadd(f"{keys.stream}:other", {"e": history})
        bell = f"{keys.channel}:other"
        return await plain.publish(bell, history)  # pyright: ignore[reportUnknownMemberType] - **kwargs

    async def by_the_store() -> object:
        await client.call("HSET", keys.documents("agents"), task.id, document)
        await client.call("XADD", f"{keys.stream}:other", "*", "e", history)
        return await client.call("PUBLISH", f"{keys.channel}:other", history)

    async def single() -> object:
        return await client.call("SET", f"{keys.sequence}:other", document)

    return change, separate, by_the_store, single


def _timed(work: Work) -> Callable[[], Awaitable[float]]:
    return lambda: taken_ms(work())


def _rate(work: Work) -> Callable[[], Awaitable[float]]:
    async def several() -> None:
        for _ in range(_EACH):
            await work()

    async def rate() -> float:
        ms = await taken_ms(asyncio.gather(*(several() for _ in range(_AT_ONCE))))
        return _AT_ONCE * _EACH / ms * 1_000

    return rate


ROW = Benchmark(
    "change",
    "What one change costs: document, history and bell in one durable script, "
    "by the same three things as calls of their own, and by the cheapest durable write there is.",
    measure,
)
