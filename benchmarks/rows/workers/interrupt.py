"""An interrupt: from the conductor's or the operator's call to the file in the chamber."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.figures.measure import by_turns, by_turns_async, command_ms, taken_ms
from benchmarks.figures.row import Aim, Benchmark, Comparison, SampleBudget, comparison
from benchmarks.projects.mcp_servers import EMPTY, ORCHESTRA, call, sent_ms, served
from benchmarks.projects.places import Place, a_place
from benchmarks.projects.warm_daemon import a_warm_daemon
from benchmarks.rows.conductor.status import NOTHING
from orchestra_core.project import find_project
from orchestra_core.store.open_store import open_store
from orchestra_server.files.chamber.mailbox import MAIL

_COMMAND = (sys.executable, "-m", "orchestra_tui.command_line", "interrupt", "auth")
# All that the command imports on its way to the call, and then a file instead of the call.
_START = """
import sys
import orchestra_tui.command_line.main, orchestra_tui.command_line.commands.interrupt
import asyncio.runners, orchestra_core.store.client.redis_client
open(sys.argv[1], "w").close()
"""
_POLL_S = 0.0005
_PATIENCE_S = 30.0


def measure(budget: SampleBudget) -> list[Comparison]:
    """Send messages over stdio and by the command, each into an empty mailbox."""
    with a_place() as place:
        directory = place.repository().path
        return [
            *asyncio.run(_over_stdio(budget, place, directory)),
            *_by_command(budget, place, directory),
            *_by_the_daemon(budget, place, directory),
        ]


async def _over_stdio(budget: SampleBudget, place: Place, directory: Path) -> list[Comparison]:
    async with (
        open_store(find_project(directory).id, place.settings) as store,
        served(EMPTY, place, directory) as empty,
        served(ORCHESTRA, place, directory) as client,
    ):
        task_id = (await call(client, "start_task", {"description": "Add a login"})).task_id
        made = {"task_id": task_id, "chamber_names": ["auth"]}
        await call(client, "create_chambers_batch", made)
        chamber = directory / ".claude" / "worktrees" / "auth"
        sent, floor = await by_turns_async(
            (
                lambda: sent_ms(client, store, chamber, task_id),
                lambda: taken_ms(call(empty, "nothing", {"task_id": task_id})),
            ),
            budget.seconds(8),
            least=5,
        )
    return [
        comparison(
            "sent over stdio, answered and in the file", "ms", sent, Aim(20, absolute=True),
            versus="an empty tool", against=floor,
        )
    ]  # fmt: skip


def _by_command(budget: SampleBudget, place: Place, directory: Path) -> list[Comparison]:
    mailbox, started = directory / ".claude" / "worktrees" / "auth" / MAIL, directory / "started"
    start = (sys.executable, "-c", _START, str(started))
    sent = 0

    def command() -> float:
        nonlocal sent
        sent += 1
        return _until_there_ms((*_COMMAND, f"Use S256 only ({sent})"), mailbox, place.environ)

    def nothing() -> float:
        return _until_there_ms(start, started, place.environ)

    ours, floor = by_turns((command, nothing), budget.seconds(12), least=5)
    beyond = [mine - its for mine, its in zip(ours, floor, strict=True)]
    return [
        comparison(
            "from the start of `orchestra interrupt` to the file", "ms", ours,
            versus="a process that imports the same", against=floor,
        ),
        comparison("the same, beyond that process", "ms", beyond, Aim(20, absolute=True)),
    ]  # fmt: skip


def _by_the_daemon(budget: SampleBudget, place: Place, directory: Path) -> list[Comparison]:
    mailbox = directory / ".claude" / "worktrees" / "auth" / MAIL
    sent = 0

    def command() -> float:
        nonlocal sent
        sent += 1
        return _until_there_ms((*_COMMAND, f"Use S512 only ({sent})"), mailbox, place.environ)

    with a_warm_daemon(place, directory):
        ours, floor = by_turns(
            (command, lambda: command_ms(NOTHING, directory, place.environ)),
            budget.seconds(8),
            least=5,
        )
    return [
        comparison(
            "from the start of `orchestra interrupt` to the file, by the daemon", "ms", ours,
            Aim(5), versus="python -I -S -c pass", against=floor,
        )
    ]  # fmt: skip


def _until_there_ms(command: Sequence[str], file: Path, environ: Mapping[str, str]) -> float:
    """Return the milliseconds from a command's start until it has made a file; remove it again."""
    began = time.perf_counter()
    with subprocess.Popen(
        command, cwd=file.parent, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        while not file.exists():
            if time.perf_counter() - began > _PATIENCE_S:
                process.kill()
                raise TimeoutError(f"{' '.join(command)} made no {file}")
            time.sleep(_POLL_S)
        taken = (time.perf_counter() - began) * 1_000
    file.unlink()
    return taken


ROW = Benchmark(
    "interrupt",
    "How long after the call an interrupt lies in the chamber, where its worker's hook looks: by "
    "the tool, and by the command, from which is taken what a process needs to import the same.",
    measure,
)
