"""Chambers at rest are judged alone and together, and exactly those that fail together are told."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestra_core.configuration.gate_plan import read_gate_plan
from orchestra_core.models import Conflict
from orchestra_core.store.store import Store
from orchestra_server.git.merge.pairwise_conflicts import ConflictChecker
from orchestra_server.git.repository.repository import open_repository
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.conflicts.observed_work import ObservedWork
from orchestra_server.usecases.conflicts.watch_plan import compared_chamber
from orchestra_server.usecases.gates import gate_radar
from orchestra_server.usecases.gates.current_gate import CurrentGate
from orchestra_server.usecases.gates.gate_radar import GateRadar
from orchestra_server.usecases.gates.judge_tree import TreeJudge, in_repository
from tests.support.conductor.tasks import a_started_task, chambers_open, until_told
from tests.support.git.gates import trust, trusted_gate
from tests.support.git.repositories import TestRepository
from tests.support.waiting import until, until_awaited

NOT_BOTH = "echo both are there; ! test -f auth.txt -a -f api.txt"


@dataclass(slots=True)
class Scene:
    """A running radar, and the hand that shows it what chambers hold."""

    context: Context
    checker: ConflictChecker
    radar: GateRadar
    chambers: dict[str, TestRepository]

    async def see(self) -> ObservedWork:
        state = await self.context.store.snapshot()
        chambers = [compared_chamber(c, state.tasks[c.task_id]) for c in state.chambers.values()]
        ids = [chamber.id for chamber in chambers]
        checked = await asyncio.to_thread(self.checker.check, chambers, ids)
        apart = (pair for pair, verdict in checked.verdicts.items() if not verdict.merges)
        commits, env = dict(self.checker.snapshots), dict(self.checker.env)
        work = ObservedWork(tuple(chambers), commits, env, frozenset(apart))
        await self.radar.see(work)
        return work

    async def conflicts(self) -> list[Conflict]:
        conflicts = (await self.context.store.snapshot()).conflicts.values()
        return [conflict for conflict in conflicts if not conflict.is_over]

    async def verdicts(self) -> dict[str, str]:
        state = await self.context.store.snapshot()
        return {chamber.name: chamber.verdict for chamber in state.chambers.values()}

    async def history(self, name: str) -> list[str]:
        """Return the verdicts that a chamber has had, the oldest first."""
        events = await self.context.store.events()
        told = (e.data.chamber for e in events if (e.kind, e.chamber) == ("chamber.judged", name))
        return [chamber.verdict for chamber in told if chamber is not None]

    async def until_verdicts(self, **wanted: str) -> None:
        async def met() -> bool:
            return await self.verdicts() == wanted

        await until_awaited(met)

    async def until_all(self, verdict: str) -> None:
        await self.until_verdicts(**dict.fromkeys(self.chambers, verdict))

    async def see_written(self, name: str, file: str, text: str = "") -> None:
        """Write into a chamber, and show it to the radar."""
        self.chambers[name].write(file, text)
        await self.see()

    async def mail(self) -> dict[str, str]:
        interrupts = (await self.context.store.snapshot()).interrupts.values()
        return {interrupt.chamber: interrupt.message for interrupt in interrupts}


@pytest.fixture
async def scene(context: Context, repository: TestRepository) -> AsyncIterator[Scene]:
    """Three chambers, a radar that judges without a pause, and no gate yet."""
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ("auth", "api", "docs"))
    checker = ConflictChecker(open_repository(repository.path))
    radar = GateRadar(context, lambda: 100, quiet_seconds=0)
    running = asyncio.create_task(radar.run())
    yield Scene(context, checker, radar, chambers)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    await asyncio.to_thread(checker.close)


async def test_a_pair_that_is_green_alone_and_red_together_is_reported_before_anyone_completes(
    scene: Scene, context: Context, repository: TestRepository
) -> None:
    gate = trusted_gate(context, repository, NOT_BOTH)
    for name, chamber in scene.chambers.items():
        chamber.write(f"{name}.txt", name)  # nothing is committed
    await scene.see()
    await until_told(context, "interrupt.sent")
    await until_awaited(lambda: _has(scene, 2))
    assert await scene.verdicts() == {"auth": "green", "api": "green", "docs": "green"}
    (conflict,) = await scene.conflicts()
    assert [side.rpartition("/")[2] for side in conflict.between] == ["api", "auth"]
    mail = await scene.mail()
    assert mail.keys() == {"auth", "api"}
    assert "Your work and that of api fail gate 'tests' together" in mail["auth"]
    assert mail["auth"].endswith("> both are there")

    runs = gate.runs
    await scene.see()
    (scene.chambers["api"].path / "api.txt").unlink()
    await scene.see()
    await until_told(context, "collision.cleared")
    assert await scene.mail() == mail
    assert gate.runs <= runs + 2  # api without its file, and all three of them


async def _has(scene: Scene, count: int) -> bool:
    return len(await scene.mail()) == count


async def test_a_chamber_that_fails_alone_is_not_blamed_on_others(
    scene: Scene, context: Context, repository: TestRepository
) -> None:
    trusted_gate(context, repository, "test ! -f auth.txt")
    await scene.see_written("auth", "auth.txt")
    await scene.until_verdicts(auth="red", api="green", docs="green")
    scene.chambers["auth"].write("more.txt", "")
    (scene.chambers["auth"].path / "auth.txt").unlink()
    await scene.see()
    await scene.until_all("green")
    assert (await scene.conflicts(), await scene.mail()) == ([], {})


async def test_a_branch_that_is_red_by_itself_blames_nobody(
    scene: Scene, context: Context, repository: TestRepository
) -> None:
    gate = trusted_gate(context, repository, "test -f mended.txt")
    await scene.see_written("docs", "mended.txt")
    await scene.until_verdicts(auth="base-red", api="base-red", docs="green")
    assert (await scene.conflicts(), await scene.mail()) == ([], {})
    assert gate.runs == 3  # the branch, what auth and api share, and docs


async def test_without_trust_nothing_is_run(
    scene: Scene, context: Context, repository: TestRepository, tmp_path: Path
) -> None:
    gate = trusted_gate(context, repository, "true")
    repository.write("orchestra.toml", f'[gate]\ncommand = "touch {tmp_path}/ran"\n')
    await scene.see()
    await scene.until_all("untrusted")
    assert gate.runs == 0
    assert not (tmp_path / "ran").exists()


async def test_a_setup_that_fails_is_said_of_each_chamber(
    scene: Scene, context: Context, repository: TestRepository
) -> None:
    gate = trusted_gate(context, repository, "true", '[setup]\ncommand = "false"\n')
    await scene.see()
    await scene.until_all("unjudged")
    assert gate.runs == 0


async def test_while_a_setup_goes_on_failing_no_chamber_is_said_to_await_its_gate(
    scene: Scene, context: Context, repository: TestRepository, tmp_path: Path
) -> None:
    tries = tmp_path / "tries"
    setup = f"test -f {tmp_path}/mended || {{ echo >> {tries}; false; }}"
    trusted_gate(context, repository, "true", f'[setup]\ncommand = "{setup}"\n')
    await scene.see()
    await scene.until_all("unjudged")
    for count in (2, 3):
        await scene.see_written("auth", "more.txt", f"{count}\n")
        await until(lambda count=count: len(tries.read_text()) >= count)
    assert await scene.history("auth") == ["awaited", "unjudged"]
    assert await scene.history("docs") == ["awaited", "unjudged"]
    (tmp_path / "mended").touch()
    await scene.see()
    await scene.until_all("green")


async def test_a_setup_that_fails_for_one_chamber_takes_no_verdict_from_the_others(
    scene: Scene, context: Context, repository: TestRepository
) -> None:
    setup = '[setup]\ncommand = "test ! -f lock"\ndepends = ["lock"]\n'
    trusted_gate(context, repository, "true", setup)
    await scene.see()
    await scene.until_all("green")
    await scene.see_written("auth", "lock")
    await scene.until_verdicts(auth="unjudged", api="green", docs="green")
    assert await scene.history("docs") == ["awaited", "green"]


async def test_a_newer_content_ends_the_gate_of_the_older_one(
    scene: Scene, context: Context, repository: TestRepository, tmp_path: Path
) -> None:
    hanging = f"test ! -f hang.txt || (touch {tmp_path}/hangs; sleep 100)"
    trusted_gate(context, repository, hanging)
    await scene.see_written("auth", "hang.txt")
    await until((tmp_path / "hangs").exists)
    (scene.chambers["auth"].path / "hang.txt").unlink()
    await scene.see()
    await scene.until_all("green")


async def test_work_is_not_proven_from_its_change_to_the_green_verdict_of_just_that_content(
    scene: Scene, context: Context, repository: TestRepository, tmp_path: Path
) -> None:
    trusted_gate(context, repository, f"test ! -f slow.txt -o -f {tmp_path}/go || sleep 100")
    await scene.see()
    await scene.until_all("green")
    await scene.see_written("auth", "slow.txt")
    await scene.until_verdicts(auth="awaited", api="green", docs="green")
    (tmp_path / "go").touch()
    await scene.see_written("auth", "more.txt")
    await scene.until_all("green")


async def test_the_branch_is_judged_before_any_chamber_rests(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    await chambers_open(context, task_id, ("auth",))
    trusted_gate(context, repository, "false")
    radar = GateRadar(context, lambda: 100, quiet_seconds=1_000)
    running = asyncio.create_task(radar.run())
    state = await context.store.snapshot()
    chamber = compared_chamber(state.chambers[f"{task_id}/auth"], state.tasks[task_id])
    await radar.see(ObservedWork((chamber,), {chamber.id: repository.head}))
    await until_told(context, "gate.failed")
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    events = [event for event in await context.store.events() if event.kind == "gate.failed"]
    assert [event.data.verdict and event.data.verdict.whose for event in events] == ["main itself"]


async def test_without_a_gate_no_look_reads_the_store(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks, reads = list[None](), list[None]()

    def look(*of: object) -> CurrentGate:
        looks.append(None)
        return CurrentGate()

    def count(name: str) -> None:
        read = getattr(Store, name)

        async def read_and_count(store: Store, *of: object) -> object:
            reads.append(None)
            return await read(store, *of)

        monkeypatch.setattr(Store, name, read_and_count)

    work = await scene.see()
    monkeypatch.setattr(gate_radar, "read_current_gate", look)
    count("snapshot")
    count("read")
    for times in range(1, 5):
        await scene.radar.see(work)
        await until(lambda times=times: len(looks) >= times)
    assert len(reads) <= 1


async def test_a_chamber_is_not_proven_by_a_verdict_on_older_content_while_another_is_judged(
    scene: Scene, context: Context, repository: TestRepository, tmp_path: Path
) -> None:
    trusted_gate(context, repository, f"test ! -f slow.txt || (touch {tmp_path}/runs; sleep 100)")
    await scene.see()
    await scene.until_all("green")
    await scene.see_written("auth", "slow.txt")
    await until((tmp_path / "runs").exists)
    await scene.see_written("docs", "more.txt")
    assert await scene.verdicts() == {"auth": "awaited", "api": "green", "docs": "awaited"}


@pytest.fixture(params=["watch", "looks"])
def notices_gates(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The two ways to notice that there is another gate."""
    if request.param == "watch":
        if sys.platform != "linux":
            pytest.skip("only Linux tells of single files")
        monkeypatch.setattr(gate_radar, "_GATE_SECONDS", 1_000)
        return

    def no_watch_left(_files: object) -> None:
        raise OSError

    monkeypatch.setattr(gate_radar, "file_changes", no_watch_left)
    monkeypatch.setattr(gate_radar, "_GATE_SECONDS", 0.02)


async def test_another_gate_takes_the_proof_from_all_chambers_until_it_is_trusted_and_has_passed(
    notices_gates: None, scene: Scene, context: Context, repository: TestRepository
) -> None:
    trusted_gate(context, repository, "true")
    await scene.see()
    await scene.until_all("green")
    repository.write("orchestra.toml", "[gate]\ncommand = 'test ! -f auth.txt'\n")
    await scene.until_all("untrusted")
    trust(context, repository)
    await scene.until_all("green")
    repository.write("orchestra.toml", "[gate]\ntimeout = 5\n")
    await scene.until_all("unreadable")
    (repository.path / "orchestra.toml").unlink()
    await scene.until_all("")


async def test_where_only_landings_run_gates_work_is_proven_by_what_they_have_judged(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ("auth",))
    gate = trusted_gate(context, repository, "true")
    checker = ConflictChecker(open_repository(repository.path))
    radar = GateRadar(context, lambda: 0, quiet_seconds=0)
    scene = Scene(context, checker, radar, chambers)
    chambers["auth"].commit("work", {"auth.txt": ""})
    await scene.see()
    await radar.look()
    assert (gate.runs, await scene.verdicts()) == (0, {"auth": "untested"})
    repo = open_repository(repository.path)
    plan = read_gate_plan(repository.path)
    judge = TreeJudge(context=context, repo=repo, plan=plan)
    await judge.judge(in_repository(repo, chambers["auth"].head), "the work of auth")
    await radar.look()
    assert (gate.runs, await scene.verdicts()) == (1, {"auth": "green"})
    await asyncio.to_thread(checker.close)
