"""`python -m benchmarks.projects.caller DIRECTORY DESCRIPTION NAME…`: one conductor among many.

It starts a task and makes its chambers, and ends well or not: nothing else is asked of it.
"""

import asyncio
import sys
from pathlib import Path

from orchestra_core.project import find_project
from orchestra_core.settings import read_settings
from orchestra_core.store.open_store import open_store
from orchestra_server.usecases.chambers.create_chambers import create_chambers_batch
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.tasks.start_task import start_task


async def main(directory: Path, description: str, names: list[str]) -> None:
    """Start a task and its chambers."""
    settings = read_settings()
    project = find_project(directory)
    async with open_store(project.id, settings) as store:
        context = Context(store=store, project=project, settings=settings, actor="conductor")
        task = await start_task(context, description=description)
        await create_chambers_batch(context, task_id=task.task_id, chamber_names=names)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:]))
