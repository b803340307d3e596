"""A tree is judged once, and a verdict is of the gate's own text."""

import asyncio
import shutil
from contextlib import suppress
from pathlib import Path

import pytest

from orchestra_core.configuration.trust import trusted_plan
from orchestra_core.process.file_lock import is_locked
from orchestra_server.domain.gates.tree_judgement import Judgement
from orchestra_server.git.gates.scratch_worktree import gates_folder
from orchestra_server.git.process.foreign_programs import ProgramWatch, watch_programs
from orchestra_server.git.repository.repository import open_repository
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.gates.judge_tree import TreeJudge, in_repository
from tests.orchestra_server.conftest import MakeContext
from tests.support.conductor.tasks import a_started_task, chamber_of, chambers_open
from tests.support.git.gates import hanging_gate, trust, trusted_gate
from tests.support.git.repositories import TestRepository
from tests.support.waiting import until

LINT = '[gate.lint]\ncommand = "test ! -f untidy"\npaths = ["src"]\n'


async def judge(context: Context, repository: TestRepository, commit: str) -> Judgement:
    plan = trusted_plan(repository.path, context.settings.state_dir, repository.path / ".git")
    assert plan is not None
    repo = open_repository(repository.path)
    tree_judge = TreeJudge(context=context, repo=repo, plan=plan)
    return await tree_judge.judge(in_repository(repo, commit), "the work of auth")


async def test_a_tree_is_never_judged_twice_and_stands_in_the_history(
    context: Context, repository: TestRepository
) -> None:
    gate = trusted_gate(context, repository, "echo $PWD/words; test ! -f red")
    green = await judge(context, repository, repository.head)
    assert green.passes
    red = await judge(context, repository, repository.commit("red", {"red": ""}))
    assert red.failed is not None
    assert (red.passes, red.failed.gate, red.failed.output) == (False, "tests", "words")
    back = repository.git("commit-tree", "-m", "same tree", f"{repository.head}~1^{{tree}}").strip()
    assert await judge(context, repository, back) == green
    assert gate.runs == 2
    kinds = [event.kind for event in await context.store.events()]
    assert [kind for kind in kinds if kind.startswith("gate.")] == ["gate.passed", "gate.failed"]


async def test_calls_at_once_run_a_gate_once(context: Context, repository: TestRepository) -> None:
    gate = trusted_gate(context, repository, "true")
    calls = (judge(context, repository, repository.head) for _ in range(3))
    assert all(judgement.passes for judgement in await asyncio.gather(*calls))
    assert gate.runs == 1


async def test_another_clone_finds_the_verdict(
    context: Context, context_at: MakeContext, repository: TestRepository, tmp_path: Path
) -> None:
    gate = trusted_gate(context, repository, "true")
    here = await judge(context, repository, repository.head)
    repository.git("clone", "--quiet", str(repository.path), str(tmp_path / "there"))
    other = repository.at(tmp_path / "there")
    there = context_at(other.path)
    trust(there, other)
    assert await judge(there, other, other.head) == here
    assert gate.runs == 1


async def test_a_changed_gate_text_asks_again_and_each_gate_has_its_own_verdict(
    context: Context, repository: TestRepository
) -> None:
    trusted_gate(context, repository, "true", LINT)
    first = await judge(context, repository, repository.head)
    assert [verdict.gate for verdict in first.verdicts] == ["tests", "lint"]
    repository.commit("untidy elsewhere", {"untidy": ""})
    assert (await judge(context, repository, repository.head)).passes  # lint looks at src alone
    gate = trusted_gate(context, repository, "false", LINT)
    changed = await judge(context, repository, repository.head)
    assert [verdict.gate for verdict in changed.verdicts] == ["tests"]
    assert (changed.passes, gate.runs) == (False, 3)


async def test_what_a_gate_writes_is_not_in_the_repository(
    context: Context, repository: TestRepository, tmp_path: Path
) -> None:
    trusted_gate(context, repository, f"pwd > {tmp_path}/place; touch left; git branch left")
    assert (await judge(context, repository, repository.head)).passes
    place = Path((tmp_path / "place").read_text().strip())
    assert not place.is_relative_to(repository.path)
    assert repository.status == ""
    assert repository.branches == ["main"]


async def test_a_gate_has_ports_that_no_chamber_has(
    context: Context, repository: TestRepository, tmp_path: Path
) -> None:
    ports = '[ports]\nnames = ["PORT"]\nfirst = 41800\nlast = 41899\n'
    trusted_gate(context, repository, f"echo $PORT > {tmp_path}/port", ports)
    task_id = await a_started_task(context)
    await chambers_open(context, task_id, ["auth"])
    assert (await judge(context, repository, repository.head)).passes
    chamber = await chamber_of(context, task_id, "auth")
    port = (tmp_path / "port").read_text().strip()
    assert 41800 < int(port) < 41900
    assert f"PORT={port}" not in chamber.ports


async def test_a_gate_that_fills_the_disk_is_red_and_leaves_nothing(
    context: Context, repository: TestRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusted_gate(context, repository, "touch full; while :; do sleep 1; done")
    scratch = gates_folder(context.settings.state_dir, repository.path / ".git")

    def usage(_place: Path) -> tuple[int, int, int]:
        return 1 << 40, 0, 1 if any(scratch.glob("*/full")) else 1 << 39

    monkeypatch.setattr(shutil, "disk_usage", usage)
    failed = (await judge(context, repository, repository.head)).failed
    assert failed is not None
    assert failed.state == "red"
    assert "it filled the disk of" in failed.output
    assert not (scratch / repository.path.name).exists()


async def test_the_worktree_is_held_until_the_gate_of_a_cancelled_caller_has_ended(
    context: Context, repository: TestRepository
) -> None:
    gate, watch = hanging_gate(context, repository), ProgramWatch()
    lock = gates_folder(context.settings.state_dir, repository.path / ".git") / "lock"
    with watch_programs(watch):
        judging = asyncio.create_task(judge(context, repository, repository.head))
    await gate.begun()
    judging.cancel()
    with suppress(asyncio.CancelledError):
        await judging
    assert (gate.is_running, is_locked(lock)) == (True, True)
    watch.stop.set()
    await until(lambda: not is_locked(lock))
    assert not gate.is_running
    assert not (lock.parent / "in-use").exists()
