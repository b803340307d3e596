"""What the conductor learns of conflicts while the workers are still writing."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from orchestra_core.replies.chambers import CreatedChambers
from orchestra_core.replies.conflicts import CurrentConflicts
from orchestra_core.replies.tasks import StartedTask
from orchestra_core.settings import Settings
from tests.support.conductor.orchestration import Conductor, in_memory
from tests.support.conductor.replies import decode_exactly


async def two_chambers(conductor: Conductor) -> tuple[str, Path, Path]:
    started = await conductor.call(StartedTask, "start_task", {"description": "Add tags to books"})
    made = await conductor.call(
        CreatedChambers,
        "create_chambers_batch",
        {"task_id": started.task_id, "chamber_names": ["tags", "prices"]},
    )
    tags, prices = (Path(chamber.path) for chamber in made.chambers)
    return started.task_id, tags, prices


async def until_known(
    conductor: Conductor, task_id: str, met: Callable[[CurrentConflicts], bool]
) -> CurrentConflicts:
    async with asyncio.timeout(60):
        while True:
            conflicts = await conductor.call(
                CurrentConflicts, "get_conflicts", {"task_id": task_id}
            )
            if met(conflicts):
                return conflicts


async def test_a_conflict_of_uncommitted_work_is_returned_until_it_is_resolved(
    settings: Settings, repository: Path
) -> None:
    async with in_memory(settings, repository) as conductor:
        task_id, tags, prices = await two_chambers(conductor)
        before = await conductor.call(CurrentConflicts, "get_conflicts", {"task_id": task_id})
        (tags / "shop.py").write_text("PRICE = 2\n")
        (prices / "shop.py").write_text("PRICE = 3\n")
        told = await until_known(conductor, task_id, lambda conflicts: bool(conflicts.collisions))
        read = await conductor.read(f"orchestra://tasks/{task_id}/conflicts")
        (prices / "shop.py").write_text("PRICE = 1\n")
        after = await until_known(conductor, task_id, lambda conflicts: not conflicts.collisions)
    assert (before.collisions, after.collisions) == ([], [])
    (conflict,) = told.collisions
    assert conflict.between == ["prices", "tags"]
    assert [(file.file, file.kind) for file in conflict.files] == [("shop.py", "content")]
    assert "interrupt_worker" in told.next_step
    assert f"git merge orchestra/{task_id}/tags" in told.next_step
    assert decode_exactly(CurrentConflicts, read) == told


async def test_a_conflict_with_the_moved_base_is_returned(
    settings: Settings, repository: Path
) -> None:
    async with in_memory(settings, repository) as conductor:
        task_id, tags, _ = await two_chambers(conductor)
        (tags / "shop.py").write_text("PRICE = 2\n")
        (repository / "shop.py").write_text("PRICE = 5\n")
        commit = await asyncio.create_subprocess_exec(
            "git", "-C", str(repository), "commit", "--quiet", "--all", "-m", "Dearer"
        )
        assert await commit.wait() == 0
        told = await until_known(conductor, task_id, lambda conflicts: bool(conflicts.collisions))
    assert told.collisions[0].between == ["tags", "base"]
    assert "git merge main" in told.next_step


async def test_an_unknown_task_is_a_one_line_error(settings: Settings, repository: Path) -> None:
    async with in_memory(settings, repository) as conductor:
        assert "'nobody'" in await conductor.error("get_conflicts", {"task_id": "nobody"})
