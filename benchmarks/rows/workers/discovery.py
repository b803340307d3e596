"""From a worker's critical discovery to its sibling's next request that contains it."""

import asyncio
import sys
from pathlib import Path

from benchmarks.agents.steady_worker import THINKING_S, TOOL_S, SteadyWorker
from benchmarks.figures.measure import by_turns_async
from benchmarks.figures.row import (
    Aim,
    Benchmark,
    CannotMeasure,
    Comparison,
    SampleBudget,
    comparison,
)
from benchmarks.projects.mcp_servers import ORCHESTRA, call, served
from benchmarks.projects.places import Place, a_place
from benchmarks.projects.warm_daemon import a_warm_daemon
from benchmarks.rows.workers.heard import Way, at_work
from orchestra_server.files.hook.find_reader import DISCOVERY
from orchestra_server.files.installation.install import initialise
from tests.support.agents.claude_code import VERSION, installed_claude
from tests.support.npm import CannotInstallError


def measure(budget: SampleBudget) -> list[Comparison]:
    """Run two workers, and write discoveries into the chamber of the one."""
    try:
        claude = installed_claude()
    except CannotInstallError as error:
        raise CannotMeasure(f"Claude Code cannot be installed here: {error}") from error
    with a_place() as place:
        return asyncio.run(_measure(budget, place, claude))


async def _measure(budget: SampleBudget, place: Place, claude: Path) -> list[Comparison]:
    directory, author, sibling = place.repository().path, SteadyWorker(), SteadyWorker()
    worktrees = directory / ".claude" / "worktrees"
    initialise(directory, Path(sys.executable))

    async def write(text: str) -> None:
        (worktrees / "author" / DISCOVERY).write_text(f"critical {text}\n", encoding="utf-8")

    way = Way("discovery", sibling, write)
    async with served(ORCHESTRA, place, directory) as client:
        task = await call(client, "start_task", {"description": "Add a login"})
        chambers = {"task_id": task.task_id, "chamber_names": ["author", "sibling"]}
        await call(client, "create_chambers_batch", chambers)
        with (
            a_warm_daemon(place, directory),
            at_work(place, claude, author, worktrees / "author"),
            at_work(place, claude, sibling, worktrees / "sibling"),
        ):
            await by_turns_async([lambda: way.measured(0)], budget.seconds(60))
            sibling.end()
    case = "from the file to the sibling's next request"
    return [
        comparison(
            case,
            "ms",
            way.since_sent(),
            Aim(1_500, absolute=True),
            Aim(1_500, "p99", absolute=True),
        )
    ]


ROW = Benchmark(
    "discovery",
    f"How long after a worker has written a critical discovery into its {DISCOVERY} the next "
    "model request of a sibling at work holds it. Both are Claude Code "
    f"{VERSION} in print mode, on a scripted model: {THINKING_S:g} s of thinking, a tool of "
    f"{TOOL_S:g} s, and again.",
    measure,
)
