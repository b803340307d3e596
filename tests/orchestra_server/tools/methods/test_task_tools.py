"""What the conductor says of the landing reaches the use-case."""

from pathlib import Path

from orchestra_core.replies.chambers import CreatedChambers
from orchestra_core.replies.completion import CompletedTask
from orchestra_core.replies.tasks import StartedTask
from orchestra_core.settings import Settings
from tests.support.conductor.orchestration import in_memory
from tests.support.git.repositories import TestRepository


async def test_only_the_chambers_that_the_conductor_names_land(
    settings: Settings, repository: Path
) -> None:
    async with in_memory(settings, repository) as conductor:
        started = await conductor.call(StartedTask, "start_task", {"description": "Add tags"})
        task = {"task_id": started.task_id}
        names = {"chamber_names": ["tags", "prices"]}
        made = await conductor.call(CreatedChambers, "create_chambers_batch", {**task, **names})
        for chamber in made.chambers:
            TestRepository(Path(chamber.path)).write(f"{chamber.name}.py", "")
        done = await conductor.call(
            CompletedTask, "complete_task", {**task, "summary": "Tags", "only": ["tags"]}
        )
    assert (done.merged, done.still_live) == (["tags"], ["prices"])
    assert TestRepository(repository).git("ls-files", "tags.py", "prices.py") == "tags.py"
