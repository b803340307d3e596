"""Makes many chambers for what is measured in them."""

from pathlib import Path

from benchmarks.projects.places import Place
from orchestra_core.replies.chambers import CreatedChambers
from orchestra_core.replies.tasks import StartedTask
from tests.support.conductor.orchestration import in_memory

_AT_ONCE = 10  # chambers of one batch


async def create_chambers(place: Place, directory: Path, count: int) -> list[Path]:
    """Start a task in the repository at `directory`; return the paths of its new chambers."""
    paths = list[Path]()
    async with in_memory(place.settings, directory) as conductor:
        task = await conductor.call(StartedTask, "start_task", {"description": "Measure"})
        for first in range(0, count, _AT_ONCE):
            names = [f"part-{number}" for number in range(first, min(first + _AT_ONCE, count))]
            arguments = {"task_id": task.task_id, "chamber_names": names}
            made = await conductor.call(CreatedChambers, "create_chambers_batch", arguments)
            paths += [Path(chamber.path) for chamber in made.chambers]
    return paths
