"""Answers calls in time even though they wait for the user's programs.

A pre-commit hook may run for minutes. After one second an event says what the call waits for; after
twenty the caller is told that the work continues. Repeating the call joins the same work.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from orchestra_core.change import Change
from orchestra_core.clock import Clock
from orchestra_core.events import Event, EventData
from orchestra_core.store.reads import Reads
from orchestra_core.store.store import Store
from orchestra_server.git.process.foreign_programs import ProgramWatch, watch_programs

Result = TypeVar("Result")
_ACTOR = "orchestra"
PATIENCE = 20.0  # seconds; clients time out after 30 to 60


@dataclass(slots=True)
class _WaitingCall(Generic[Result]):
    """Running work, and how long it has waited for its current program."""

    task: "asyncio.Task[Result]"
    watch: ProgramWatch
    overdue: asyncio.Event = field(default_factory=asyncio.Event)
    waits_for: str = ""
    since: float = 0.0
    answered: bool = False  # a reply said that it continues, so the next call joins it


_under_way: dict[str, _WaitingCall[Any]] = {}


async def answer_in_time(
    key: str,
    work: Callable[[], Coroutine[Any, Any, Result]],
    *,
    announce: Callable[[str], Coroutine[Any, Any, None]],
    unfinished: Callable[[str, float], Result],
    patience: float = PATIENCE,
) -> Result:
    """Return what `work` returns, or `unfinished(program, seconds)` if a program takes too long.

    `key` names the work: after an unfinished reply, the next call with the same key joins it.
    `announce` is awaited once for each program that takes longer than a second. If the caller is
    cancelled, the program is ended, and the work then finishes by itself.
    """
    current = _under_way.get(key)
    if current is None or not current.answered:
        current = _begin(key, work(), announce, patience)
    current.overdue.clear()
    overdue = asyncio.ensure_future(current.overdue.wait())
    try:
        await asyncio.wait({current.task, overdue}, return_when=asyncio.FIRST_COMPLETED)
    except asyncio.CancelledError:
        current.watch.stop.set()
        raise
    finally:
        overdue.cancel()
    if current.task.done():
        return current.task.result()
    current.answered = True
    return unfinished(current.waits_for, time.monotonic() - current.since)


def waits_recorded(
    store: Store,
    task_id: str,
    clock: Clock,
    on_wait: Callable[[str], None] = lambda _waits_for: None,
) -> Callable[[str], Coroutine[Any, Any, None]]:
    """Return the `announce` that records in the history what a call waits for.

    `on_wait` is called with it too.
    """

    async def record(waits_for: str) -> None:
        on_wait(waits_for)

        async def decide(_reads: Reads) -> Change:
            event = Event(
                at=clock(),
                kind="program.awaited",
                actor=_ACTOR,
                task_id=task_id,
                data=EventData(action=waits_for),
            )
            return Change(events=(event,))

        await store.transact(decide)

    return record


def goes_on(waits_for: str, seconds: float, tool: str) -> str:
    """Return the next step for a reply given while a program still runs."""
    return (
        f"It has waited for {waits_for} for {seconds:.0f} s and goes on. Call {tool} again "
        "to wait for the result; cancelling that call ends the program."
    )


def _begin(
    key: str,
    work: Coroutine[Any, Any, Result],
    announce: Callable[[str], Coroutine[Any, Any, None]],
    patience: float,
) -> _WaitingCall[Result]:
    loop = asyncio.get_running_loop()
    announced: set[asyncio.Task[None]] = set()

    def hear(waits_for: str, seconds: float) -> None:
        if waits_for != current.waits_for:
            current.waits_for, current.since = waits_for, time.monotonic() - seconds
            task = loop.create_task(announce(waits_for))
            announced.add(task)
            task.add_done_callback(announced.discard)
        if seconds >= patience:
            current.overdue.set()

    def tell(waits_for: str, seconds: float) -> None:
        loop.call_soon_threadsafe(hear, waits_for, seconds)

    watch = ProgramWatch(tell)
    with watch_programs(watch):
        current = _WaitingCall(loop.create_task(work), watch)
    _under_way.setdefault(key, current)

    def forget(_: "asyncio.Task[Result]") -> None:
        if _under_way.get(key) is current:
            del _under_way[key]

    current.task.add_done_callback(forget)
    current.task.add_done_callback(_retrieve)
    return current


def _retrieve(task: "asyncio.Task[Any]") -> None:
    """Retrieve the failure of work that nobody waits for, so that asyncio does not report it."""
    if not task.cancelled():
        task.exception()
