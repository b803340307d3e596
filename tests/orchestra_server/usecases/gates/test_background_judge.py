"""What nobody waits for is judged once, and not after it has changed."""

import asyncio
from contextlib import suppress

import pytest

from orchestra_core.configuration.gate_plan import read_gate_plan
from orchestra_server.git.repository.repository import open_repository
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.gates.background_judge import BackgroundJudge, WorkChangedError
from orchestra_server.usecases.gates.judge_tree import TreeJudge, in_repository
from tests.support.gates import hanging_gate, trusted_gate
from tests.support.repositories import TestRepository


async def test_what_has_changed_before_its_gate_began_is_not_judged(
    context: Context, repository: TestRepository
) -> None:
    gate = trusted_gate(context, repository, "true")
    repo, holds = open_repository(repository.path), {"auth": "newer"}
    tree = TreeJudge(context=context, repo=repo, plan=read_gate_plan(repo.top), low_priority=True)
    judge, commit = (
        BackgroundJudge(context, lambda: 100, holds.get),
        in_repository(repo, repository.head),
    )
    with pytest.raises(WorkChangedError):
        await judge.judge(tree, commit, "auth", {"auth": repository.head})
    assert gate.runs == 0
    holds["auth"] = repository.head
    for _ in range(2):
        assert (await judge.judge(tree, commit, "auth", {"auth": repository.head})).passes
    holds["auth"] = "newer"
    assert (await judge.judge(tree, commit, "auth", {"auth": repository.head})).passes
    judge.forget()
    assert (await judge.judge(tree, commit, "the branch", {})).passes
    assert gate.runs == 1


async def test_a_cancelled_judgement_has_ended_its_gate_before_it_returns(
    context: Context, repository: TestRepository
) -> None:
    gate, repo = hanging_gate(context, repository), open_repository(repository.path)
    tree = TreeJudge(context=context, repo=repo, plan=read_gate_plan(repo.top), low_priority=True)
    judge, commit = BackgroundJudge(context, lambda: 100, lambda _: None), repository.head
    judging = asyncio.create_task(judge.judge(tree, in_repository(repo, commit), "main", {}))
    await gate.begun()
    judging.cancel()
    with suppress(asyncio.CancelledError):
        await judging
    assert not gate.is_running
