"""The demonstration's worker does what it is told through the real hook of a chamber."""

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace

from orchestra_server.demo.hook_client import HookClient
from orchestra_server.demo.step_reports import Report, StepFinished
from orchestra_server.demo.stories.sign_in import SIGN_IN
from orchestra_server.demo.stories.story import Assignment, DemoQuestion, Step
from orchestra_server.demo.worker import Worker
from orchestra_server.files.chamber.mailbox import post
from orchestra_server.files.chamber.suspension import Suspension, show_suspension
from tests.support.hooks.hooked_checkout import hooked_checkout
from tests.support.samples.documents import an_interrupt
from tests.support.waiting import until

ASSIGNMENTS = SIGN_IN.assignments
NAME = "auth"


@pytest.fixture
def chamber(tmp_path: Path) -> Path:
    return hooked_checkout(tmp_path / "shop").chamber()


def worker_in(chamber: Path, sent: list[Report]) -> Worker:
    return Worker(chamber, NAME, 0.0, sent.append, HookClient(chamber, "demo"))


def files_made(chamber: Path) -> list[str]:
    return sorted({step.path for step in ASSIGNMENTS[NAME].steps if (chamber / step.path).exists()})


def test_a_worker_told_to_stop_makes_no_further_change(chamber: Path) -> None:
    post(chamber, [replace(an_interrupt(message="Enough"), requires="stop")])
    worker = worker_in(chamber, [])
    worker.work(ASSIGNMENTS[NAME])
    assert worker.stopped
    assert files_made(chamber) == []


def test_a_worker_that_fails_goes_on_and_one_that_is_answered_by_nobody_too(chamber: Path) -> None:
    sent: list[Report] = []
    worker = worker_in(chamber, sent)
    question = DemoQuestion("How far?", "Distance", ("One letter", "Two letters"))
    step = Step("a.py", "", "Wrote a", "passes", fails="API Error: 529", asks="pip install x")
    asking = Step("b.py", "", "Wrote b", "passes", question=question)
    worker.work(Assignment("Work", (step, asking)))
    told = [(report.action, report.result) for report in sent if isinstance(report, StepFinished)]
    assert told == [
        ("Went on after a failure", "API Error: 529"),
        ("Asked to run pip install x", "went on"),
        ("Wrote a", "passes"),
        ("Asked: How far?", "goes on with: One letter"),
        ("Wrote b", "passes"),
    ]


def test_a_worker_waits_for_its_review_and_takes_it_up(chamber: Path) -> None:
    post(chamber, [an_interrupt(message="Review of a.py, line 1: name it")])
    sent: list[Report] = []
    worker = worker_in(chamber, sent)
    revision = Step("a.py", "named = 1\n", "Named it", "passes")
    step = Step("a.py", "x = 1\n", "Wrote a", "passes", waits_for_review=True)
    worker.work(Assignment("Work", (step,), revision))
    assert worker.reviewed
    assert "Took up an interrupt" in [
        report.action for report in sent if isinstance(report, StepFinished)
    ]


async def test_a_suspended_worker_waits_and_finishes_its_part_once_resumed(chamber: Path) -> None:
    show_suspension(chamber, Suspension(since=1, interrupt_id="i1", sender="operator"))
    sent: list[Report] = []
    worker = worker_in(chamber, sent)
    working = asyncio.create_task(asyncio.to_thread(worker.work, ASSIGNMENTS[NAME]))
    assert (await asyncio.to_thread(worker.client.call, "PreToolUse")).denied
    assert files_made(chamber) == []
    show_suspension(chamber, None)
    await until(working.done, seconds=60)
    assert not worker.stopped
    assert files_made(chamber) == sorted({step.path for step in ASSIGNMENTS[NAME].steps})
