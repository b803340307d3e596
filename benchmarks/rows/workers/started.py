"""What the daemon uses for the agents that it runs, besides what the agents use themselves."""

import asyncio
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from benchmarks.agents.measured_claude import measured_claude
from benchmarks.agents.started_agents import configured_claude, start_agent
from benchmarks.figures.row import (
    Aim,
    Benchmark,
    CannotMeasure,
    Comparison,
    SampleBudget,
    comparison,
)
from benchmarks.projects.chamber_batches import create_chambers
from benchmarks.projects.places import a_place
from benchmarks.projects.warm_daemon import a_warm_daemon
from orchestra_core.daemon.ask_daemon import ask_daemon
from orchestra_core.process.started_mark import STARTED
from orchestra_core.project import find_project
from tests.support.agents.scripted_model import (
    CallTool,
    ModelAnswer,
    ModelRequest,
    Say,
    scripted_model,
)

_SIZES = (1, 5, 20)
_SECONDS = 30.0
_PATIENCE = 400.0  # for twenty agents that start on two cores
_THEIRS = "the agents themselves"


def measure(budget: SampleBudget) -> list[Comparison]:
    """Run one, five and twenty real agents on a scripted model."""
    claude = measured_claude()
    if not Path("/proc/self/smaps_rollup").exists():
        raise CannotMeasure("there is no /proc/PID/smaps_rollup, which tells of shared memory")
    comparisons: list[Comparison] = []
    for size in _SIZES[:1] if budget.short else _SIZES:
        comparisons += _sized(claude, size, budget.seconds(_SECONDS, 2.0))
    return comparisons


def _sized(claude: Path, size: int, seconds: float) -> list[Comparison]:
    """Measure that many workers, each in a turn that calls a tool every two seconds."""
    with a_place() as place, scripted_model(_at_work) as model:
        directory = place.repository().path
        places = asyncio.run(create_chambers(place, directory, size))
        with configured_claude(place, claude, model.url), a_warm_daemon(place, directory):
            answer = ask_daemon(find_project(directory).git_dir, {"call": "about"}, 5) or {}
            daemon, store = int(answer["pid"]), place.server.process
            if store is None:
                raise CannotMeasure("the store's process is not ours")
            alone = _memory_mib([daemon])
            for chamber in places:
                start_agent(place, directory, chamber.name, "Work.")
            _wait_until(lambda: len(model.requests) >= 2 * size)
            agents, ours = _processes_in(places), [daemon, store.pid]
            began, cpu = time.monotonic(), (_cpu_seconds(ours), _cpu_seconds(agents))
            time.sleep(seconds)
            passed = time.monotonic() - began
            our_cpu = 100 * (_cpu_seconds(ours) - cpu[0]) / passed
            their_cpu = 100 * (_cpu_seconds(agents) - cpu[1]) / passed
            guards = _memory_mib(_guards_of(daemon))
            grown = _memory_mib([daemon]) - alone + guards
            theirs = _memory_mib(_processes_in(places))
    what = f"{size} worker{'s' if size > 1 else ''}"
    return [
        comparison(
            f"{what}: memory", "MiB", [grown], Aim(0.05), versus=_THEIRS, against=[theirs],
            note=f"more than the {alone:.0f} MiB without; {guards:.1f} MiB of it are guards",
        ),
        comparison(
            f"{what}: processor at work", "%", [our_cpu], Aim(0.25),
            versus=_THEIRS, against=[their_cpu], note="the daemon's and the store's",
        ),
    ]  # fmt: skip


def _at_work(request: ModelRequest) -> ModelAnswer:
    return [Say(f"Step {request.turn}."), CallTool("Bash", {"command": "sleep 2"})]


def _wait_until(met: Callable[[], bool]) -> None:
    until = time.monotonic() + _PATIENCE
    while not met():
        if time.monotonic() > until:
            raise CannotMeasure(f"the agents were not at work after {_PATIENCE:.0f} s")
        time.sleep(0.1)


def _processes_in(places: Iterable[Path]) -> list[int]:
    """Return the processes of the agents, by the directories in which they work."""
    directories = {str(place) for place in places}
    return [process for process in _all_processes() if _directory_of(process) in directories]


def _guards_of(daemon: int) -> list[int]:
    """Return the shells that wait for the daemon to die, one for each agent."""
    mark = STARTED.encode()
    return [
        process
        for process in _all_processes()
        if _stat(process)[1:2] == [str(daemon)] and mark in _command(process).split(b"\0")
    ]


def _all_processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]


def _directory_of(process: int) -> str:
    try:
        return str(Path(f"/proc/{process}/cwd").readlink())
    except OSError:
        return ""


def _command(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""


def _stat(process: int) -> list[str]:
    """Return the fields of proc(5) after the name: the state, the parent and so on."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return []


def _cpu_seconds(processes: Iterable[int]) -> float:
    """Return the processor time of processes and of the children they waited for."""
    ticks = sum(int(field) for process in processes for field in _stat(process)[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def _memory_mib(processes: Iterable[int]) -> float:
    """Return the memory of processes; shared memory counts once."""
    total = 0
    for process in processes:
        try:
            lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="utf-8")
        except OSError:  # it has ended
            continue
        total += sum(int(line.split()[1]) for line in lines.splitlines() if line.startswith("Pss:"))
    return total / 1024


ROW = Benchmark(
    "started",
    "What the daemon takes for agents that it runs (real Claude Code on a scripted model, each "
    "calling a tool every two seconds), beside what the agents take themselves.",
    measure,
)
