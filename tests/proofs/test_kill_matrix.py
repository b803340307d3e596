"""Each use-case killed at each of its effects: a repeat ends it well, and no work is ever lost."""

import contextlib
import shutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from orchestra_core.settings import Settings
from orchestra_core.store.store import Store
from orchestra_server.usecases.chambers.close_chamber import close_chamber
from tests.support.conductor.tasks import a_started_task, chambers_open
from tests.support.git.gates import trusted_gate
from tests.support.git.repositories import TestRepository, small_repository
from tests.support.kills.invariants import check_store
from tests.support.kills.killed_calls import (
    Driver,
    PreparedProject,
    blobs,
    differences,
    picture,
    reachable,
)
from tests.support.proofs import Tally, sampled
from tests.support.waiting import until

Arguments = Mapping[str, object]
Prepare = Callable[[PreparedProject], Awaitable[Arguments]]
# What two workers and a person wrote, each content nowhere else.
WORK = tuple(
    f"{where}\n"
    for where in (
        *("committed in auth", "staged in auth", "not staged in auth", "untracked in auth"),
        *("committed in api", "untracked in api", "the person's own"),
    )
)


@pytest.fixture
def prepared(driver: Driver, store: Store, settings: Settings, tmp_path: Path) -> PreparedProject:
    main = small_repository(tmp_path / "shop", {"README": "hello\n", "app.py": "one\ntwo\n"})
    return PreparedProject(store, settings, main, driver)


async def nothing(prepared: PreparedProject) -> Arguments:
    return {"description": "Add a login"}


async def a_task(prepared: PreparedProject) -> Arguments:
    task_id = await a_started_task(prepared.context())
    return {"task_id": task_id, "chamber_names": ["auth", "api"], "skeleton": ["src/new.py"]}


async def open_worked_in_chambers(prepared: PreparedProject) -> str:
    """Open two chambers with work in every state that work can be in."""
    task_id = await a_started_task(prepared.context())
    opened = await chambers_open(prepared.context(), task_id, ["auth", "api"])
    auth, api = opened["auth"], opened["api"]
    auth.commit("committed", {"auth.py": WORK[0]})
    auth.write("README", WORK[1])
    auth.git("add", "README")
    auth.write("app.py", WORK[2])
    auth.write("new.py", WORK[3])
    api.commit("committed", {"api.py": WORK[4]})
    api.write("notes.txt", WORK[5])
    prepared.main.write("mine.txt", WORK[6])
    return task_id


async def recording(prepared: PreparedProject) -> Arguments:
    task_id = await open_worked_in_chambers(prepared)
    return {
        "task_id": task_id,
        "agent_id": "implementation-executor-auth",
        "action": "built it",
        "result": "works",
        "patterns": ["JWT", "limits"],
    }


async def sharing(prepared: PreparedProject) -> Arguments:
    task_id = await open_worked_in_chambers(prepared)
    return {
        "task_id": task_id,
        "agent_id": "conductor",
        "discovery": "Tokens expire",
        "severity": "critical",
    }


async def interrupting(prepared: PreparedProject) -> Arguments:
    return {
        "task_id": await open_worked_in_chambers(prepared),
        "chamber": "auth",
        "message": "Look at the tokens",
    }


async def completing(prepared: PreparedProject) -> Arguments:
    return {"task_id": await open_worked_in_chambers(prepared), "summary": "Add a login"}


async def completing_without(prepared: PreparedProject) -> Arguments:
    return {
        "task_id": await open_worked_in_chambers(prepared),
        "summary": "Dropped",
        "commit_changes": False,
    }


async def conflicting(prepared: PreparedProject) -> Arguments:
    task_id = await open_worked_in_chambers(prepared)
    TestRepository(prepared.main.path / ".claude/worktrees/api").write("app.py", "another\ntwo\n")
    return {"task_id": task_id, "summary": "Add a login"}


async def closing(prepared: PreparedProject) -> Arguments:
    return {"task_id": await open_worked_in_chambers(prepared), "chamber": "auth"}


async def close_auth(prepared: PreparedProject, task_id: str) -> None:
    """Close a chamber, and wait until its files are deleted, which goes on behind the answer."""
    await close_chamber(prepared.context(), task_id=task_id, chamber="auth")
    gone = prepared.main.path / ".claude/worktrees/.orchestra-gone"
    await until(lambda: not gone.exists())


async def restoring(prepared: PreparedProject) -> Arguments:
    task_id = await open_worked_in_chambers(prepared)
    await close_auth(prepared, task_id)
    return {"task_id": task_id, "chamber": "auth"}


async def reconciling(prepared: PreparedProject) -> Arguments:
    """Leave a chamber half made, one half closed, one without its directory, and a stray branch."""
    task_id = await open_worked_in_chambers(prepared)
    prepared.main.git("branch", f"orchestra/{task_id}/stray")
    made = {"task_id": task_id, "chamber_names": ["db", "web"]}
    await prepared.call("create_chambers_batch", made, end_at=24)
    await prepared.call("close_chamber", {"task_id": task_id, "chamber": "auth"}, end_at=12)
    shutil.rmtree(prepared.main.path / ".claude/worktrees/api")
    return {}


async def completing_on_a_rewritten_base(prepared: PreparedProject) -> Arguments:
    """Drop from main the commit that the chambers began at."""
    prepared.main.commit("dropped later", {"dropped.py": "dropped\n"})
    task_id = await open_worked_in_chambers(prepared)
    prepared.main.git("reset", "--quiet", "--soft", "HEAD~1")
    prepared.main.git("rm", "--quiet", "--cached", "dropped.py")
    (prepared.main.path / "dropped.py").unlink()
    return {"task_id": task_id, "summary": "Add a login"}


async def open_sparse_chambers(prepared: PreparedProject) -> str:
    """Work inside and outside of what a sparse checkout shows."""
    prepared.main.commit("parts", {"inside/a": "a\n", "outside/b": "b\n"})
    prepared.main.git("sparse-checkout", "set", "--cone", "inside")
    task_id = await open_worked_in_chambers(prepared)
    auth = TestRepository(prepared.main.path / ".claude/worktrees/auth")
    auth.write("outside/new", "outside in auth\n")
    auth.write("inside/a", "inside in auth\n")
    return task_id


async def completing_sparse(prepared: PreparedProject) -> Arguments:
    return {"task_id": await open_sparse_chambers(prepared), "summary": "Add a login"}


async def closing_sparse(prepared: PreparedProject) -> Arguments:
    return {"task_id": await open_sparse_chambers(prepared), "chamber": "auth"}


async def open_chambers_with_submodules(prepared: PreparedProject) -> str:
    """Commit in a chamber's submodule, and leave open work in it."""
    maths = small_repository(prepared.main.path.with_name("maths-origin"), {"maths.txt": "1 + 1\n"})
    allowed = ("-c", "protocol.file.allow=always")
    prepared.main.git(*allowed, "submodule", "--quiet", "add", str(maths.path), "maths")
    prepared.main.commit("maths")
    task_id = await open_worked_in_chambers(prepared)
    module = TestRepository(prepared.main.path / ".claude/worktrees/auth/maths")
    module.commit("committed", {"sums": "committed in the submodule\n"})
    module.write("maths.txt", "open in the submodule\n")
    return task_id


async def closing_with_submodules(prepared: PreparedProject) -> Arguments:
    return {"task_id": await open_chambers_with_submodules(prepared), "chamber": "auth"}


async def restoring_with_submodules(prepared: PreparedProject) -> Arguments:
    task_id = await open_chambers_with_submodules(prepared)
    await close_auth(prepared, task_id)
    return {"task_id": task_id, "chamber": "auth"}


async def open_chambers_in_an_operation(prepared: PreparedProject, operation: str) -> str:
    """Stop a merge or a rebase in a chamber at a conflict, half of it resolved."""
    task_id = await a_started_task(prepared.context())
    opened = await chambers_open(prepared.context(), task_id, ["auth", "api"])
    auth = opened["auth"]
    auth.commit("committed", {"app.py": WORK[0]})
    prepared.main.commit("meanwhile", {"app.py": "meanwhile\n", "more": "more\n"})
    with contextlib.suppress(AssertionError):  # it stops at the conflict
        auth.git(operation, "main")
    auth.write("app.py", WORK[1])
    auth.write("new.py", WORK[3])
    opened["api"].write("notes.txt", WORK[5])
    return task_id


async def closing_in_a_merge(prepared: PreparedProject) -> Arguments:
    task_id = await open_chambers_in_an_operation(prepared, "merge")
    return {"task_id": task_id, "chamber": "auth"}


async def restoring_in_a_rebase(prepared: PreparedProject) -> Arguments:
    task_id = await open_chambers_in_an_operation(prepared, "rebase")
    await close_auth(prepared, task_id)
    return {"task_id": task_id, "chamber": "auth"}


async def completing_resolved_merge(prepared: PreparedProject) -> Arguments:
    task_id = await open_chambers_in_an_operation(prepared, "merge")
    TestRepository(prepared.main.path / ".claude/worktrees/auth").git("add", "app.py")
    return {"task_id": task_id, "summary": "Add a login"}


async def completing_with_a_gate(prepared: PreparedProject) -> Arguments:
    """Land what a gate has to pass first, in a worktree that a setup prepares."""
    return await with_gate(prepared, "test -f made-by-setup")


async def completing_red_together(prepared: PreparedProject) -> Arguments:
    return await with_gate(prepared, "test ! -f auth.py -o ! -f api.py")


async def completing_in_part_by_a_gate(prepared: PreparedProject) -> Arguments:
    arguments = await with_gate(prepared, "test ! -f auth.py -o ! -f api.py")
    return {**arguments, "partial": True}


async def with_gate(prepared: PreparedProject, command: str) -> dict[str, object]:
    settings = replace(prepared.settings, state_dir=prepared.main.path.with_name("state"))
    context = replace(prepared.context(), settings=settings)
    task_id = await open_worked_in_chambers(prepared)
    trusted_gate(context, prepared.main, command, '[setup]\ncommand = "touch made-by-setup"\n')
    return {"task_id": task_id, "summary": "Add a login"}


MATRIX: tuple[tuple[str, Prepare], ...] = (
    ("start_task", nothing),
    ("create_chambers_batch", a_task),
    ("record_agent_action", recording),
    ("share_discovery", sharing),
    ("interrupt_worker", interrupting),
    ("complete_task", completing),
    ("complete_task", completing_without),
    ("complete_task", conflicting),
    ("close_chamber", closing),
    ("restore_chamber", restoring),
    ("reconcile", reconciling),
    ("complete_task", completing_on_a_rewritten_base),
    ("complete_task", completing_sparse),
    ("close_chamber", closing_sparse),
    ("close_chamber", closing_with_submodules),
    ("restore_chamber", restoring_with_submodules),
    ("close_chamber", closing_in_a_merge),
    ("restore_chamber", restoring_in_a_rebase),
    ("complete_task", completing_resolved_merge),
    ("complete_task", completing_with_a_gate),
    ("complete_task", completing_red_together),
    ("complete_task", completing_in_part_by_a_gate),
)


@pytest.mark.parametrize(
    ("verb", "prepare"), MATRIX, ids=[f"{verb}-{how.__name__}" for verb, how in MATRIX]
)
async def test_a_call_killed_at_any_effect_can_be_repeated_and_loses_nothing(
    prepared: PreparedProject, verb: str, prepare: Prepare, tally: Tally
) -> None:
    arguments = await prepare(prepared)
    await prepared.keep()
    work = blobs(prepared.main, WORK) & reachable(prepared.main)
    whole = await prepared.call(verb, arguments)
    assert not whole.error
    finished = await picture(prepared)

    points = sampled(range(1, len(whole.effects) + 1), every=41, start=len(verb))
    faults = list[str]()
    for point in points:
        await prepared.put_back()
        killed = await prepared.call(verb, arguments, end_at=point)
        assert killed.killed or len(killed.effects) < point
        try:
            assert work <= reachable(prepared.main), "work is lost"
            await check_store(prepared.store)
            again = await prepared.call(verb, arguments)
            assert not again.error, again.error
            assert work <= reachable(prepared.main), "work is lost in the repeat"
            await check_store(prepared.store)
            assert differences(await picture(prepared), finished) == {}
        except AssertionError as fault:
            faults.append(f"killed at effect {point}, {whole.effects[point - 1]}: {fault}")
    tally(effects=len(whole.effects), kill_points=len(points))
    assert faults == []
