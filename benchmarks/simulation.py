"""`python -m benchmarks.simulation [--cluster]`: a hundred projects of a hundred workers.

Each worker reports a tool call every three seconds, as its clone's daemon does from the spool, and
each project records an action every 0.6 seconds, as a tool does. The calls are the store's own,
made by a few processes; no worker and no hook runs. The server is durable, as the private one.

A latency counts from the moment when the call was due, so that a store which falls behind shows.
"""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable, Generator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.figures.row import spread
from benchmarks.fleet import process_cpu_ms
from benchmarks.projects import invented_project
from orchestra_core.change import Change
from orchestra_core.clock import now_ms
from orchestra_core.events import Event, EventData
from orchestra_core.models import Agent, Presence
from orchestra_core.settings import Settings
from orchestra_core.store.open_store import open_store
from orchestra_core.store.reads import Reads
from orchestra_core.store.store import Store
from tests.support.stores.store_watch import commit
from tests.support.stores.valkey import Server, free_port, running_server, valkey_binary
from tests.support.stores.valkey_users import wait_until

_REPORT_EVERY = 3.0  # seconds, of one worker
_CHANGE_EVERY = 0.6  # seconds, of one project
_DRIVERS = 3
_SLOTS = 16_384
_NODES = 3
_START_IN = 6.0  # seconds in which all drivers have opened their stores


@dataclass(frozen=True, slots=True)
class DriverLoad:
    """What one driver does: which projects, how many workers in each, and for how long."""

    url: str
    projects: Sequence[int]
    workers: int
    seconds: float
    starts_at: float


@dataclass(slots=True)
class Latencies:
    """What a driver has measured, in milliseconds."""

    reports: list[float] = field(default_factory=list[float])
    changes: list[float] = field(default_factory=list[float])
    cpu_s: float = 0.0

    def add(self, others: "Latencies") -> None:
        """Add the measurements of another driver."""
        self.reports += others.reports
        self.changes += others.changes
        self.cpu_s += others.cpu_s


def settings_of(url: str) -> Settings:
    """Return settings that name a store and no directory that is used."""
    return Settings(redis_url=url, state_dir=Path("/nowhere"), runtime_dir=Path("/tmp"), project="")  # noqa: S108


def project_of(number: int) -> str:
    """Return the id of a project."""
    return f"simulated-{number:03d}"


async def seed(url: str, projects: int, workers: int) -> None:
    """Start a task with chambers in each project."""
    for number in range(projects):
        async with open_store(project_of(number), settings_of(url)) as store:
            task = invented_project.task(0)
            events = [
                Event(at=1, kind="task.started", task_id=task.id, data=EventData(task=task)),
                *(
                    Event(
                        at=1,
                        kind="chamber.created",
                        task_id=task.id,
                        chamber=invented_project.chamber(worker, 0).name,
                        data=EventData(chamber=invented_project.chamber(worker, 0)),
                    )
                    for worker in range(workers)
                ),
            ]
            await commit(store, Change(events=tuple(events)))


def drive(load: DriverLoad) -> Latencies:
    """Make the calls of some projects in this process."""
    began = time.process_time()
    latencies = asyncio.run(_drive(load))
    latencies.cpu_s = time.process_time() - began
    return latencies


async def _drive(load: DriverLoad) -> Latencies:
    latencies = Latencies()
    async with AsyncExitStack() as stack:
        stores = [
            await stack.enter_async_context(open_store(project_of(number), settings_of(load.url)))
            for number in load.projects
        ]
        await asyncio.sleep(max(0.0, load.starts_at - time.time()))
        await asyncio.gather(
            *(_report(store, load, latencies.reports) for store in stores),
            *(_change(store, load, latencies.changes) for store in stores),
        )
    return latencies


async def _report(store: Store, load: DriverLoad, latencies: list[float]) -> None:
    """Report the calls of a project's workers, one after the other, evenly spread."""
    chambers = [invented_project.chamber(number, 0).id for number in range(load.workers)]

    async def call(number: int) -> None:
        presence = Presence(
            chamber_id=chambers[number % load.workers],
            state="working",
            tool="Edit",
            detail=f"src/session/handling_{number}.py",
            since=now_ms(),
        )
        await store.report_presence(presence)

    await _at_a_pace(call, _REPORT_EVERY / load.workers, load.seconds, latencies)


async def _change(store: Store, load: DriverLoad, latencies: list[float]) -> None:
    """Record actions of a project's workers."""
    task_id = invented_project.task(0).id

    async def call(number: int) -> None:
        name = f"worker-{number % load.workers}"

        async def decide(reads: Reads) -> Change:
            await reads.task(task_id)
            before = await reads.agent(f"{task_id}/{name}")
            actions = before.actions if before else 0
            agent = Agent(
                id=f"{task_id}/{name}", task_id=task_id, agent_id=name, actions=actions + 1
            )
            data = EventData(agent=agent, action=f"step {number}", result="done")
            return Change(events=(Event(at=1, kind="agent.acted", task_id=task_id, data=data),))

        await store.transact(decide)

    await _at_a_pace(call, _CHANGE_EVERY, load.seconds, latencies)


async def _at_a_pace(
    call: Callable[[int], Awaitable[None]], every: float, seconds: float, latencies: list[float]
) -> None:
    """Call again and again at even intervals; a late caller calls at once until it caught up."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    for number in range(int(seconds / every)):
        due = began + number * every
        if due > loop.time():
            await asyncio.sleep(due - loop.time())
        await call(number)
        latencies.append((loop.time() - due) * 1_000)


@contextmanager
def cluster() -> Generator[list[Server]]:
    """Give a Cluster of three primaries on the loopback interface."""
    with ExitStack() as stack:
        nodes = list[Server]()
        for number in range(_NODES):
            options = ("--cluster-enabled", "yes", "--bind", "127.0.0.1")
            node = stack.enter_context(running_server(valkey_binary(), *options, port=free_port()))
            first, last = (_SLOTS * bound // _NODES for bound in (number, number + 1))
            node.command("CLUSTER", "ADDSLOTSRANGE", str(first), str(last - 1))
            node.command("CLUSTER", "SET-CONFIG-EPOCH", str(number + 1))
            nodes.append(node)
        for node in nodes[1:]:
            nodes[0].command("CLUSTER", "MEET", "127.0.0.1", str(node.port))
        wait_until(lambda: all(_knows_all(node) for node in nodes), 30)
        yield nodes


def _knows_all(node: Server) -> bool:
    info = node.command("CLUSTER", "INFO")
    return b"cluster_state:ok" in info and b"cluster_slots_ok:%d\r" % _SLOTS in info


def used_mib(servers: Sequence[Server]) -> float:
    """Return how much memory the servers' data takes."""
    infos = (server.command("INFO", "memory").decode() for server in servers)
    return sum(int(info.partition("used_memory:")[2].split()[0]) for info in infos) / 2**20


def disk_mib(servers: Sequence[Server]) -> float:
    """Return how much the servers have on the disk."""
    files = (path for server in servers for path in server.directory.rglob("*") if path.is_file())
    return sum(path.stat().st_size for path in files) / 2**20


def measure(
    url: str, servers: Sequence[Server], projects: int, workers: int, seconds: float
) -> str:
    """Return the figures of one run as text."""
    asyncio.run(seed(url, projects, workers))
    load, memory, disk = os.getloadavg()[0], used_mib(servers), disk_mib(servers)
    before = [_cpu_ms(server) for server in servers]
    starts_at = time.time() + _START_IN
    with ProcessPoolExecutor(_DRIVERS) as pool:
        loads = [
            DriverLoad(url, range(first, projects, _DRIVERS), workers, seconds, starts_at)
            for first in range(min(_DRIVERS, projects))
        ]
        samples = Latencies()
        for latencies in pool.map(drive, loads):
            samples.add(latencies)
    taken_s = time.time() - starts_at
    shares = [
        (_cpu_ms(server) - begin) / (taken_s * 10)
        for server, begin in zip(servers, before, strict=True)
    ]
    grown = used_mib(servers) - memory
    calls = len(samples.reports) + len(samples.changes)
    lines = [
        f"{projects} projects x {workers} workers, {seconds:.0f} s asked, {taken_s:.1f} s taken",
        f"load {load:.1f} at the start, {os.getloadavg()[0]:.1f} at the end",
        (
            f"{len(samples.reports) / taken_s:,.0f} reports/s, "
            f"{len(samples.changes) / taken_s:,.0f} changes/s"
        ),
        _percentiles("a report", samples.reports),
        _percentiles("a change", samples.changes),
        (
            f"processor of the store: {', '.join(f'{share:.0f} %' for share in shares)} of a core; "
            f"of those who call, {100 * samples.cpu_s / taken_s:.0f} %"
        ),
        (
            f"memory {memory:.0f} MiB at first, {grown:+.0f} MiB "
            f"({grown * 2**20 / calls:.0f} bytes a "
            f"call); disk {disk_mib(servers) - disk:+.0f} MiB"
        ),
    ]
    return "\n".join(lines) + "\n"


def _cpu_ms(server: Server) -> float:
    return process_cpu_ms(server.process.pid) if server.process else 0.0


def _percentiles(name: str, latencies: Sequence[float]) -> str:
    quartiles = spread(latencies)
    return (
        f"{name}: median {quartiles.median:.1f} ms, p90 {quartiles.p90:.1f}, "
        f"p99 {quartiles.p99:.1f}, most {quartiles.most:.0f}"
    )


def main() -> int:
    """Run the measurement that the arguments ask for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.simulation")
    parser.add_argument("--projects", type=int, default=100)
    parser.add_argument("--workers", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--cluster", action="store_true", help="three primaries on loopback")
    options = parser.parse_args()
    size = (options.projects, options.workers, options.seconds)
    if options.cluster:
        with cluster() as nodes:
            said = measure(f"redis+cluster://127.0.0.1:{nodes[0].port}", nodes, *size)
    else:
        with running_server(valkey_binary()) as server:
            said = measure(server.url, [server], *size)
    sys.stdout.write(said)
    return 0


if __name__ == "__main__":
    sys.exit(main())
