"""What wakes the clone's duty, and what it does then; one failure keeps nothing else waiting."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import pytest
from msgspec.structs import replace

from orchestra_core.clock import now_ms
from orchestra_core.errors import Refused
from orchestra_core.events import Event
from orchestra_core.models import Chamber
from orchestra_core.state import ProjectState
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.exchange import close_across_clones, hand_over, serve_other_clones
from orchestra_server.usecases.exchange.serve_other_clones import OtherClonesService
from tests.support.samples.documents import a_chamber, a_task
from tests.support.waiting import until

OTHER_CLONE = "1" * 16
COMPLETING = replace(
    a_task("t-1"), state="completing", ending="merge", completing_clone=OTHER_CLONE, completing_at=9
)


class Jobs:
    """The jobs that were done, in order; those named in `failing` fail."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.failing: dict[str, Exception] = {}

    async def hand_over(self, _context: Context, task_id: str) -> None:
        self._do(f"hand over {task_id}")

    async def close_asked(self, _context: Context, chamber: Chamber) -> None:
        self._do(f"close {chamber.name}")

    async def withdraw(self, _context: Context, chambers: list[Chamber]) -> None:
        self._do(f"withdraw {' '.join(chamber.name for chamber in chambers)}")

    def _do(self, job: str) -> None:
        self.done.append(job)
        if job in self.failing:
            raise self.failing[job]


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch) -> Jobs:
    jobs = Jobs()
    monkeypatch.setattr(hand_over, "hand_over", jobs.hand_over)
    monkeypatch.setattr(close_across_clones, "close_asked", jobs.close_asked)
    monkeypatch.setattr(close_across_clones, "withdraw_published", jobs.withdraw)
    return jobs


@asynccontextmanager
async def running(context: Context) -> AsyncGenerator[OtherClonesService]:
    duty = OtherClonesService(context.store, context.project, now_ms)
    task = asyncio.create_task(duty.run())
    try:
        yield duty
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def state_of(context: Context, *chambers: Chamber) -> ProjectState:
    """Return a state with these chambers, which are this clone's unless they say otherwise."""
    own = [replace(chamber, clone=chamber.clone or context.clone) for chamber in chambers]
    return ProjectState(
        tasks={COMPLETING.id: COMPLETING}, chambers={chamber.id: chamber for chamber in own}
    )


def live(name: str) -> Chamber:
    return replace(a_chamber(name, "t-1"), state="live")


def to_close(name: str) -> Chamber:
    return replace(live(name), state="closing", asked_by=OTHER_CLONE)


def closed(name: str) -> Chamber:
    return replace(live(name), state="closed", published="c0ffee")


async def test_each_kind_of_work_is_done_and_only_for_the_clones_own_chambers(
    context: Context, jobs: Jobs
) -> None:
    elsewhere = [replace(make("x"), clone=OTHER_CLONE) for make in (live, to_close, closed)]
    not_due = [replace(closed("d"), published=""), replace(to_close("e"), asked_by="")]
    chambers = [live("a"), live("b"), to_close("c"), closed("f"), closed("g"), *not_due]
    others = [replace(chamber, id=f"t-2/{n}") for n, chamber in enumerate(elsewhere)]
    async with running(context) as duty:
        duty.take_state(state_of(context, *chambers, *others))
        await until(lambda: len(jobs.done) == 3)
    assert jobs.done == ["hand over t-1", "close c", "withdraw f g"]


@pytest.mark.parametrize("fault", [Refused("not yet"), OSError("disk"), ValueError("a bug")])
async def test_work_that_fails_keeps_no_other_waiting_and_is_tried_again(
    context: Context, jobs: Jobs, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    monkeypatch.setattr(serve_other_clones, "FIRST_PAUSE", 0.001)
    jobs.failing = {"close a": fault}
    async with running(context) as duty:
        duty.take_state(state_of(context, to_close("a"), to_close("b")))
        await until(lambda: len(jobs.done) >= 4)
    assert jobs.done[:4] == ["close a", "close b"] * 2


async def test_only_news_that_may_ask_for_something_wakes_it(context: Context, jobs: Jobs) -> None:
    state = state_of(context, to_close("a"))
    async with running(context) as duty:
        duty.take_state(state)
        await until(lambda: jobs.done == ["close a"])
        state.chambers = {"t-1/b": replace(to_close("b"), clone=context.clone)}
        duty.take_events([Event(at=1, kind="agent.acted")])
        await turns_of_the_loop()
        assert jobs.done == ["close a"]
        duty.take_events([Event(at=1, kind="agent.acted"), Event(at=2, kind="chamber.closing")])
        await until(lambda: jobs.done == ["close a", "close b"])


async def turns_of_the_loop() -> None:
    """Give a task that was woken every chance to act."""
    for _ in range(20):
        await asyncio.sleep(0)
