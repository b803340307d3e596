"""When a landing's dry run is asked for, and which answer counts."""

import asyncio
from collections.abc import Coroutine

from orchestra_core.errors import Refused
from orchestra_core.replies.completion import CompletedTask
from orchestra_tui.presentation.landing.landing_plan import LandingChoice
from orchestra_tui.screens.dialogs.landing.dry_runs import DryRuns
from tests.support.samples.landing_answers import READY
from tests.support.waiting import until


class Server:
    """Answers each dry run when the test lets it."""

    def __init__(self) -> None:
        self.choice = LandingChoice(names=("auth",))
        self.asked: list[LandingChoice] = []
        self.plans: list[tuple[CompletedTask | None, str]] = []
        self.answer = asyncio.Event()
        self.refusal = ""
        self._work = set[asyncio.Task[None]]()
        self.dry_runs = DryRuns(
            lambda: self.choice,
            self._ask,
            lambda plan, problem: self.plans.append((plan, problem)),
            self._start,
        )

    async def _ask(self, choice: LandingChoice) -> CompletedTask:
        self.asked.append(choice)
        await self.answer.wait()
        if self.refusal:
            raise Refused(self.refusal)
        return READY

    def _start(self, work: Coroutine[None, None, None]) -> None:
        self._work.add(asyncio.create_task(work))

    async def end(self) -> None:
        await asyncio.gather(*self._work)


async def test_one_dry_run_runs_at_a_time_and_the_last_wish_is_asked_for_once() -> None:
    server = Server()
    for _ in range(3):
        server.dry_runs.request()
    await until(lambda: len(server.asked) == 1)
    server.dry_runs.request()
    server.dry_runs.request()
    server.answer.set()
    await server.end()
    assert len(server.asked) == 2
    assert server.plans == [(READY, ""), (READY, "")]


async def test_the_answer_for_a_choice_that_has_changed_is_dropped() -> None:
    server = Server()
    server.dry_runs.request()
    await until(lambda: len(server.asked) == 1)
    server.choice = LandingChoice(names=("auth", "api"))
    server.dry_runs.request()
    server.answer.set()
    await server.end()
    assert server.asked[-1] == server.choice
    assert len(server.plans) == 1


async def test_events_ask_again_only_after_a_while_and_stop_ends_that() -> None:
    server = Server()
    server.answer.set()
    server.dry_runs.request()
    await server.end()
    server.dry_runs.request_soon()
    server.dry_runs.request_soon()
    server.dry_runs.stop()
    server.dry_runs.request()
    await server.end()
    assert len(server.asked) == 2


async def test_a_refusal_is_passed_on_in_its_words() -> None:
    server = Server()
    server.refusal = "no task 'x'"
    server.answer.set()
    server.dry_runs.request()
    await server.end()
    assert server.plans == [(None, "no task 'x'")]


async def test_nothing_is_asked_while_no_chamber_is_marked() -> None:
    server = Server()
    server.choice = LandingChoice(names=())
    server.dry_runs.request()
    await server.end()
    assert server.asked == []
