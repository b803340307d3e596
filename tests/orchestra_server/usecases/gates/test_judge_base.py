"""What chambers begin with is judged before anybody works in them, or it is said that it is not."""

import asyncio
from pathlib import Path

import pytest

from orchestra_core.errors import Refused
from orchestra_core.models import Chamber
from orchestra_server.git.process.foreign_programs import ProgramWatch, watch_programs
from orchestra_server.git.repository.repository import open_repository
from orchestra_server.usecases.chambers.create_chambers import create_chambers_batch
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.gates.judge_base import judge_base
from tests.support.conductor.tasks import a_started_task, chamber_of
from tests.support.git.gates import trusted_gate
from tests.support.git.repositories import TestRepository
from tests.support.waiting import until


def briefing_in(chamber: Chamber) -> str:
    return Path(chamber.path, ".claude/WORKER_CONTEXT.json").read_text()


@pytest.mark.parametrize(
    ("command", "rest", "seconds", "verdict", "runs"),
    [
        ("true", "", 60, "green", 1),
        ("false", "", 60, "base-red", 1),
        ("true", "", 0, "awaited", 0),
        ("sleep 100", "", 0.5, "awaited", 1),
        ("true", "[setup]\ncommand = 'false'\n", 60, "unjudged", 0),
    ],
)
async def test_the_base_is_judged_within_a_time(
    context: Context,
    repository: TestRepository,
    *,
    command: str,
    rest: str,
    seconds: float,
    verdict: str,
    runs: int,
) -> None:
    gate = trusted_gate(context, repository, command, rest)
    repo = open_repository(repository.path)
    assert await judge_base(context, repo, repository.head, seconds) == verdict
    assert await judge_base(context, repo, repository.head, 0) == (
        verdict if runs and seconds == 60 else "awaited"
    )
    assert gate.runs == runs


async def test_a_caller_that_gives_up_does_not_wait_for_the_base(
    context: Context, repository: TestRepository, tmp_path: Path
) -> None:
    trusted_gate(context, repository, f"touch {tmp_path}/runs; exec sleep 100")
    repo, watch = open_repository(repository.path), ProgramWatch()
    with watch_programs(watch):
        judging = asyncio.create_task(judge_base(context, repo, repository.head, 60))
    await until((tmp_path / "runs").exists)
    watch.stop.set()
    with pytest.raises(Refused, match="was cancelled"):
        await judging


async def test_chambers_open_with_the_verdict_of_their_base(
    context: Context, repository: TestRepository
) -> None:
    trusted_gate(context, repository, "test ! -f broken")
    task_id = await a_started_task(context)
    made = await create_chambers_batch(context, task_id=task_id, chamber_names=["auth"])
    assert made.notes == []
    assert (await chamber_of(context, task_id, "auth")).verdict == "green"
    repository.commit("break", {"broken": ""})
    made = await create_chambers_batch(
        context, task_id=task_id, chamber_names=["api"], base=repository.head
    )
    chamber = await chamber_of(context, task_id, "api")
    assert chamber.verdict == "base-red"
    assert "gate 'tests' is red on the commit that they begin at" in made.notes
    words = "The project's gate failed before you began: your work did not cause that failure."
    assert words in made.chambers[0].worker_prompt
    assert words in briefing_in(chamber)
    repository.commit("mend", {"mended": ""})
    made = await create_chambers_batch(
        context, task_id=task_id, chamber_names=["web"], base=repository.head, base_seconds=0
    )
    assert (await chamber_of(context, task_id, "web")).verdict == "awaited"
    assert made.notes == [
        "no gate has judged the commit that they begin at yet; the chambers show it"
    ]
    assert "has not judged the tree you begin with" in made.chambers[0].worker_prompt
