"""Exactly the tree that lands has passed the gate; what fails together stays, and is named."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from orchestra_core.errors import Refused
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion.complete_task import complete_task
from tests.support.conductor.tasks import a_started_task, chambers_open, kinds
from tests.support.git.gates import CountedGate, trusted_gate
from tests.support.git.repositories import TestRepository

NOT_BOTH = "echo both are there; ! test -f auth.txt -a -f api.txt"


async def a_task(
    context: Context, names: tuple[str, ...] = ("auth", "api", "docs")
) -> tuple[str, dict[str, TestRepository]]:
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, names)
    for name, chamber in chambers.items():
        chamber.write(f"{name}.txt", name)
    return task_id, chambers


@pytest.fixture
def gate(context: Context, repository: TestRepository) -> CountedGate:
    return trusted_gate(context, repository, NOT_BOTH)


async def test_chambers_that_fail_together_do_not_land_and_are_named(
    context: Context, repository: TestRepository, gate: CountedGate
) -> None:
    first = repository.head
    task_id, chambers = await a_task(context)
    assert gate.runs == 1  # on the commit that they begin at
    planned = await complete_task(context, task_id=task_id, summary="All", dry_run=True)
    assert planned.notes == [
        "its gates run first, which have not judged exactly this work"
    ]  # nobody knows yet that it fails
    assert planned.next_step.endswith("go through, if its gates pass, and unless a hook refuses.")
    assert gate.runs == 1
    told = await complete_task(context, task_id=task_id, summary="All")
    assert (told.completed, told.state, told.landed_commit) == (False, "open", "")
    (conflict,) = told.conflicts
    assert (conflict.file, conflict.kind) == ("gate tests", "gate")
    assert (conflict.between, conflict.lines) == (["auth", "api"], "both are there")
    assert "Gate 'tests' fails with auth and api together; each less, it passes." in told.next_step
    assert told.notes == ["auth, docs would pass without the others"]
    assert repository.head == first
    assert repository.status == ""

    runs = gate.runs
    again = await complete_task(context, task_id=task_id, summary="All")
    assert (again.conflicts, gate.runs) == (told.conflicts, runs)  # nothing is judged twice

    chambers["api"].git("rm", "--quiet", "api.txt")
    done = await complete_task(context, task_id=task_id, summary="All")
    assert done.completed
    assert gate.runs == runs  # auth and docs were judged when the pair was looked for
    assert sorted(repository.git("ls-files", "*.txt").split()) == ["auth.txt", "docs.txt"]


async def test_in_part_those_that_pass_land_and_the_others_stay_with_the_reason(
    context: Context, repository: TestRepository, gate: CountedGate
) -> None:
    task_id, _ = await a_task(context)
    told = await complete_task(context, task_id=task_id, summary="All", partial=True)
    assert (told.merged, told.still_live) == (["auth", "docs"], ["api"])
    assert told.notes == ["chamber 'api' stays: gate 'tests' fails together with auth"]
    assert told.landed_commit == repository.head
    assert gate.runs > 1


async def test_the_operator_alone_lands_what_fails_after_having_been_told_so(
    context: Context, repository: TestRepository, gate: CountedGate
) -> None:
    task_id, _ = await a_task(context, ("auth", "api"))
    operator = replace(context, actor="operator")
    told = await complete_task(operator, task_id=task_id, summary="All", confirm=True)
    assert not told.completed  # the gate had not run yet: nobody knew
    told = await complete_task(context, task_id=task_id, summary="All", confirm=True)
    assert not told.completed  # an agent cannot overrule it
    plan = await complete_task(operator, task_id=task_id, summary="All", dry_run=True)
    assert plan.holds == ["gate 'tests' is red on exactly this work; it printed: both are there"]
    part = await complete_task(operator, task_id=task_id, summary="All", dry_run=True, partial=True)
    assert part.holds == []
    assert "only those land that pass" in part.notes[-1]
    done = await complete_task(operator, task_id=task_id, summary="All", confirm=True)
    assert done.completed
    assert (await kinds(context)).count("gate.overruled") == 1
    (event,) = [e for e in await context.store.events() if e.kind == "gate.overruled"]
    assert (event.actor, event.task_id) == ("operator", task_id)


async def test_a_branch_that_is_red_by_itself_blames_no_chamber(
    context: Context, repository: TestRepository
) -> None:
    trusted_gate(context, repository, "test -f mended.txt")
    task_id, _ = await a_task(context, ("auth",))
    told = await complete_task(context, task_id=task_id, summary="All")
    assert [conflict.between for conflict in told.conflicts] == [["base"]]
    assert "Gate 'tests' fails on main itself, whoever lands." in told.next_step
    mending, _ = await a_task(context, ("mended",))
    assert (await complete_task(context, task_id=mending, summary="Mend")).completed


async def test_a_branch_that_moves_while_the_gate_runs_is_judged_again(
    context: Context, repository: TestRepository, tmp_path: Path
) -> None:
    script = tmp_path / "gate.sh"
    once = f"test -f {tmp_path}/moved || (touch {tmp_path}/moved; cd {repository.path}; "
    once += "echo 1 > late.txt; git add late.txt; git commit -qm late)"
    script.write_text(f"set -e\n{once}\ntest ! -f late.txt -o -f auth.txt\n")
    gate = trusted_gate(context, repository, f"sh {json.dumps(str(script))[1:-1]}")
    task_id, _ = await a_task(context, ("auth",))
    assert (await complete_task(context, task_id=task_id, summary="All")).completed
    assert gate.runs == 2
    assert {"late.txt", "auth.txt"} <= set(repository.git("ls-files").split())


async def test_what_was_learnt_about_chambers_does_not_outlive_the_branch_that_it_was_learnt_on(
    context: Context, repository: TestRepository, tmp_path: Path
) -> None:
    script = tmp_path / "gate.sh"
    move = f"cd {repository.path} && echo 1 > late.txt && git add late.txt && git commit -qm late"
    script.write_text(
        "if test -f late.txt; then ! test -f auth.txt; exit; fi\n"
        f"test -f auth.txt -a ! -f api.txt && ({move})\n"
        "! test -f auth.txt -a -f api.txt\n"
    )
    trusted_gate(context, repository, f"sh {json.dumps(str(script))[1:-1]}")
    task_id, _ = await a_task(context, ("auth", "api"))
    done = await complete_task(context, task_id=task_id, summary="All", partial=True)
    assert (done.merged, done.still_live) == (["api"], ["auth"])
    assert done.notes == ["chamber 'auth' stays: gate 'tests' fails"]
    assert {"late.txt", "api.txt"} <= set(repository.git("ls-files").split())


async def test_a_gate_that_nobody_has_trusted_is_said_to_have_tested_nothing(
    context: Context, repository: TestRepository
) -> None:
    repository.commit("gate", {"orchestra.toml": '[gate]\ncommand = "false"\n'})
    task_id, _ = await a_task(context, ("auth",))
    note = (
        f"no gate has run: {repository.path}/orchestra.toml is not trusted; "
        "'orchestra trust' shows what it would run"
    )
    planned = await complete_task(context, task_id=task_id, summary="All", dry_run=True)
    done = await complete_task(context, task_id=task_id, summary="All")
    assert done.completed
    assert note in planned.notes
    assert note in done.notes


async def test_a_setup_that_fails_lets_nothing_land_and_opens_the_task_again(
    context: Context, repository: TestRepository
) -> None:
    trusted_gate(context, repository, "true", '[setup]\ncommand = "echo no network; false"\n')
    task_id, _ = await a_task(context, ("auth",))
    with pytest.raises(Refused, match=r"the setup of orchestra\.toml fails .* no network"):
        await complete_task(context, task_id=task_id, summary="All")
    assert (await context.store.snapshot()).tasks[task_id].is_open


async def test_a_gate_that_says_both_of_one_tree_is_flaky_and_blames_nobody(
    context: Context, repository: TestRepository, tmp_path: Path
) -> None:
    lucky = f"test -f {tmp_path}/lucky || {{ touch {tmp_path}/lucky; echo bad luck; false; }}"
    gate = trusted_gate(context, repository, f"test ! -f auth.txt || {lucky}")
    task_id, _ = await a_task(context, ("auth",))
    assert (await complete_task(context, task_id=task_id, summary="All")).conflicts
    runs = gate.runs
    told = await complete_task(context, task_id=task_id, summary="All", again=True)
    assert (told.completed, gate.runs) == (False, runs + 1)
    assert [conflict.kind for conflict in told.conflicts] == ["flaky gate"]
    assert "it is flaky, which is no pass" in told.next_step
    assert "gate.flaky" in await kinds(context)
    operator = replace(context, actor="operator")
    done = await complete_task(operator, task_id=task_id, summary="All", confirm=True)
    assert done.completed
