"""Each MCP tool over stdio, against an empty tool of the same SDK."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from itertools import count
from pathlib import Path

from mcp import Client

from benchmarks.figures.measure import by_turns_async, taken_ms
from benchmarks.figures.row import Aim, Benchmark, Comparison, SampleBudget, comparison
from benchmarks.projects.mcp_servers import EMPTY, ORCHESTRA, call, sent_ms, served
from benchmarks.projects.places import a_place
from orchestra_core.project import find_project
from orchestra_core.store.open_store import open_store

_AIM = Aim(1.5)
_FLOOR = "an empty tool"
_PHASES = ("analysis", "implementation")
_CHAMBERS = ("auth", "api", "web")
_OTHERS = ("index", "query", "page")

Calls = Mapping[str, Callable[[], Mapping[str, object]]]


def measure(budget: SampleBudget) -> list[Comparison]:
    """Alternate between each tool of a real server in a real repository and the empty one."""
    return asyncio.run(_measure(budget))


async def _measure(budget: SampleBudget) -> list[Comparison]:
    with a_place() as place:
        directory = place.repository().path
        async with (
            open_store(find_project(directory).id, place.settings) as store,
            served(EMPTY, place, directory) as empty,
            served(ORCHESTRA, place, directory) as client,
        ):
            # Reads are of a task that keeps its ordinary size; writes go to another one.
            task_id = await _prepared(client, "Add a login page", _CHAMBERS)
            written = await _prepared(client, "Add a search page", _OTHERS)
            mailbox = directory / ".claude" / "worktrees" / _OTHERS[1]
            calls = {**_reads(task_id), **_writes(written)}
            measures = {
                _FLOOR: _timed(empty, "nothing", lambda: {"task_id": task_id, "note": "-"}),
                **{tool: _timed(client, tool, given) for tool, given in calls.items()},
                "interrupt_worker": lambda: sent_ms(client, store, mailbox, written),
            }
            floor, *taken = await by_turns_async(
                list(measures.values()), budget.seconds(20), least=5
            )
            comparisons = [
                comparison(tool, "ms", samples, _AIM, versus=_FLOOR, against=floor)
                for tool, samples in zip(list(measures)[1:], taken, strict=True)
            ]
            return comparisons + await _with_git(client, floor, directory, budget)


async def _prepared(client: Client, description: str, chambers: tuple[str, ...]) -> str:
    """Start a task with chambers, and with what their workers have found so far."""
    given = {"description": description, "complexity": "moderate"}
    task_id = (await call(client, "start_task", given)).task_id
    await call(
        client, "create_chambers_batch", {"task_id": task_id, "chamber_names": list(chambers)}
    )
    for number, name in enumerate(chambers):
        worker = {"task_id": task_id, "agent_id": f"implementer-{name}"}
        discovery = {**worker, "discovery": f"Tokens expire after {number} h", "severity": "info"}
        await call(client, "share_discovery", discovery)
        done = {**worker, "action": "wrote the model", "result": "its tests pass"}
        await call(client, "record_agent_action", done)
    return task_id


def _reads(task_id: str) -> Calls:
    task = {"task_id": task_id}
    return {
        "get_task_status": lambda: task,
        "get_agent_context": lambda: {**task, "agent_type": "implementer", "module": "auth"},
        "get_parallel_status": lambda: task,
    }


def _writes(task_id: str) -> Calls:
    numbers = count()
    task = {"task_id": task_id}
    agent = {**task, "agent_id": f"implementer-{_OTHERS[0]}"}
    return {
        "record_agent_action": lambda: {
            **agent, "action": f"edit {next(numbers)}", "result": "done"
        },
        "share_discovery": lambda: {
            **agent, "discovery": f"Tokens expire {next(numbers)}", "severity": "info"
        },
        "advance_phase": lambda: {**task, "phase": _PHASES[next(numbers) % 2]},
    }  # fmt: skip


async def _with_git(
    client: Client, floor: list[float], directory: Path, budget: SampleBudget
) -> list[Comparison]:
    """Time the tools that create, close and restore worktrees, in one task after another.

    They have rows of their own against git; here they stand for completeness, without an aim.
    """
    samples: dict[str, list[float]] = {}

    async def timed(tool: str, arguments: Mapping[str, object]) -> str:
        began = time.perf_counter()
        answer = await call(client, tool, arguments)
        samples.setdefault(tool, []).append((time.perf_counter() - began) * 1_000)
        return answer.task_id

    for number in range(budget.count(5, 1)):
        task = {"task_id": await timed("start_task", {"description": f"Life {number}"})}
        chamber = {**task, "chamber": f"life-{number}"}
        names = {**task, "chamber_names": [chamber["chamber"]]}
        await timed("create_chambers_batch", names)
        work = directory / ".claude" / "worktrees" / f"life-{number}" / f"notes-{number}.txt"
        work.write_text("something to save\n", encoding="utf-8")
        await timed("close_chamber", chamber)
        await timed("restore_chamber", chamber)
        await timed("complete_task", {**task, "summary": "done"})
    return [
        comparison(f"{tool}, 1 chamber", "ms", taken, versus=_FLOOR, against=floor)
        for tool, taken in samples.items()
    ]


def _timed(
    client: Client, tool: str, arguments: Callable[[], Mapping[str, object]]
) -> Callable[[], Awaitable[float]]:
    return lambda: taken_ms(call(client, tool, arguments()))


ROW = Benchmark(
    "tools",
    "How long a conductor waits for each tool over stdio, by a tool that does nothing.",
    measure,
)
