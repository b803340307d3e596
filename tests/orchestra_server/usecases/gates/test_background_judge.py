"""What nobody waits for is judged once, and not after it has changed."""

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from orchestra_core.configuration.gate_plan import read_gate_plan
from orchestra_core.store.client.client_protocol import Client, Part
from orchestra_core.store.client.redis_request import Answer
from orchestra_server.git.repository.repository import open_repository
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.gates.background_judge import BackgroundJudge, WorkChangedError
from orchestra_server.usecases.gates.judge_tree import TreeJudge, in_repository
from tests.support.git.gates import hanging_gate, trusted_gate
from tests.support.git.repositories import TestRepository


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


async def test_what_is_known_of_several_commits_is_one_question_to_the_store(
    context: Context, repository: TestRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusted_gate(context, repository, "test ! -f red", '[gate.lint]\ncommand = "true"\n')
    heads = [repository.head, repository.commit("two", {"two": ""})]
    heads.append(repository.commit("red", {"red": ""}))
    repo = open_repository(repository.path)
    tree = TreeJudge(context=context, repo=repo, plan=read_gate_plan(repo.top), low_priority=True)
    commits = [in_repository(repo, head) for head in heads]
    for commit in (commits[0], commits[2]):
        await tree.judge(commit, "auth")
    asked, call = list[Part](), type(context.store.client).call

    async def note(client: Client, *words: Part) -> Answer:
        asked.append(words[0])
        return await call(client, *words)

    monkeypatch.setattr(type(context.store.client), "call", note)
    judge = BackgroundJudge(context, lambda: 100, lambda _: None)
    judgements = await judge.known_of(tree, commits)
    assert [judgement.is_whole for judgement in judgements] == [True, False, True]
    assert [judgement.passes for judgement in judgements] == [True, False, False]
    assert asked == ["HMGET"]
    assert await judge.known_of(tree, [commits[0], commits[2]]) == [judgements[0], judgements[2]]
    assert asked == ["HMGET"]


async def test_gates_that_nobody_waits_for_run_a_part_of_the_time_and_one_at_a_time(
    context: Context, repository: TestRepository, tmp_path: Path
) -> None:
    stamp = f"date +%s.%N >> {tmp_path}/times"
    trusted_gate(context, repository, f"{stamp}; sleep 0.3; {stamp}")
    commits = [repository.commit(name, {name: ""}) for name in ("one", "two")]
    repo = open_repository(repository.path)
    tree = TreeJudge(context=context, repo=repo, plan=read_gate_plan(repo.top), low_priority=True)
    judge = BackgroundJudge(context, lambda: context.settings.gate_share, lambda _: None)
    for commit in commits:
        assert (await judge.judge(tree, in_repository(repo, commit), "main", {})).passes
    times = [*map(float, (tmp_path / "times").read_text().split())]
    assert context.settings.gate_share == 33
    gates, rest = times[1] - times[0], times[2] - times[1]
    assert rest >= 2 * gates  # a third of the time, as the settings say by default
