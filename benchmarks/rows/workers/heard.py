"""From a message to the model's next request that contains it, with the real client and a peer."""

import asyncio
import random
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.agents.hcom import VERSION, Hcom, hcom_session
from benchmarks.agents.measured_claude import measured_claude
from benchmarks.agents.steady_worker import THINKING_S, TOOL_S, SteadyWorker
from benchmarks.figures.measure import by_turns_async
from benchmarks.figures.row import Aim, Benchmark, Comparison, SampleBudget, Statistic, comparison
from benchmarks.projects.mcp_servers import ORCHESTRA, call, served
from benchmarks.projects.places import Place, a_place
from orchestra_core.project import find_project
from orchestra_core.store.open_store import open_store
from orchestra_server.files.installation.install import initialise
from tests.support.agents.claude_code import VERSION as CLAUDE_VERSION
from tests.support.agents.claude_code import client_environ, headless
from tests.support.agents.scripted_model import scripted_model

_INTERRUPT = (sys.executable, "-m", "orchestra_tui.command_line", "interrupt", "auth")
_PROMPT, _OPTIONS = "Do your part.", ("--allowedTools", "Bash")
_END_SECONDS = 30
_CYCLE_S = THINKING_S + TOOL_S + 0.05
_PERCENTILES: tuple[Statistic, ...] = ("p10", "median", "p90", "p99")
_AHEAD = tuple(Aim(1, percentile) for percentile in _PERCENTILES)
_PEER = f"hcom {VERSION}"
Send = Callable[[str], Awaitable[None]]


@dataclass
class Way:
    """One way to reach a worker, and what was measured of it."""

    name: str
    worker: SteadyWorker
    send: Send
    taken: dict[str, tuple[float, float]] = field(default_factory=dict[str, tuple[float, float]])

    async def measured(self, moment: float) -> float:
        """Send a message at a moment of the worker's cycle; return how long until it is read."""
        text = f"{self.name.capitalize()} {len(self.taken)}: use S256 only."
        await asyncio.to_thread(self.worker.go_on)
        await asyncio.sleep(moment)
        sent = time.time()
        await self.send(text)
        heard = await asyncio.to_thread(self.worker.hear, text)
        self.taken[text] = (sent, heard)
        return heard - sent

    def since_sent(self) -> list[float]:
        """Return the milliseconds from the call that sent each message."""
        return [(heard - sent) * 1_000 for sent, heard in self.taken.values()]

    def since_stored(self, stored: dict[str, float], *, thinking: bool) -> list[float]:
        """Return the milliseconds from when the message was posted, for one part of the cycle."""
        return [
            (heard - stored[text]) * 1_000
            for text, (_, heard) in self.taken.items()
            if self.worker.thought_at(stored[text]) == thinking
        ]


def measure(budget: SampleBudget) -> list[Comparison]:
    """Run one worker of ours and one of the peer's, and send to them by turns."""
    claude = measured_claude()
    with a_place() as place:
        return asyncio.run(_measure(budget, place, claude))


async def _measure(budget: SampleBudget, place: Place, claude: Path) -> list[Comparison]:
    directory = place.repository().path
    initialise(directory, Path(sys.executable))
    ours, theirs = SteadyWorker(), SteadyWorker()
    async with served(ORCHESTRA, place, directory) as client:
        task_id = (await call(client, "start_task", {"description": "Add a login"})).task_id
        await call(client, "create_chambers_batch", {"task_id": task_id, "chamber_names": ["auth"]})

        async def by_tool(text: str) -> None:
            named = {"task_id": task_id, "chamber": "auth", "message": text}
            await call(client, "interrupt_worker", named)

        async def by_command(text: str) -> None:
            await asyncio.to_thread(_run, (*_INTERRUPT, text), place, directory)

        with (
            _peer(place, claude, theirs) as hcom,
            at_work(place, claude, ours, directory / ".claude" / "worktrees" / "auth"),
        ):

            async def by_hcom(text: str) -> None:
                await asyncio.to_thread(hcom.send, text)

            ways = (
                Way("tool", ours, by_tool),
                Way("command", ours, by_command),
                Way("peer", theirs, by_hcom),
            )
            await _by_turns(ways, budget.seconds(90))
            peer_stored = hcom.stored_at()
    return _comparisons(ways, await _stored_at(place, directory), peer_stored)


async def _by_turns(ways: tuple[Way, ...], seconds: float) -> None:
    """Reach all workers at one moment of their cycles, a different one each round."""
    moments = random.Random(1)  # noqa: S311 - the same moments in every run
    at = 0.0

    async def first() -> float:
        nonlocal at
        at = moments.uniform(0, _CYCLE_S)
        return await ways[0].measured(at)

    rest = [lambda way=way: way.measured(at) for way in ways[1:]]
    await by_turns_async((first, *rest), seconds)
    for way in ways:
        way.worker.end()


def _comparisons(
    ways: tuple[Way, ...], stored: dict[str, float], peer_stored: dict[str, float]
) -> list[Comparison]:
    tool, command, peer = ways
    lines: list[Comparison] = []
    for thinking, during in ((False, "a tool is due or runs"), (True, "the model thinks")):
        own = [
            measured
            for way in (tool, command)
            for measured in way.since_stored(stored, thinking=thinking)
        ]
        of_peer = peer.since_stored(peer_stored, thinking=thinking)
        case = f"from the file to the model's next request, {during}"
        if own:
            lines.append(comparison(case, "ms", own, *_AHEAD, versus=_PEER, against=of_peer))
    for way, case in ((tool, "the tool"), (command, "the command")):
        lines.append(
            comparison(
                f"from {case} to the model's next request", "ms", way.since_sent(), *_AHEAD,
                versus="hcom send", against=peer.since_sent(),
            )
        )  # fmt: skip
    return lines


@contextmanager
def _peer(place: Place, claude: Path, worker: SteadyWorker) -> Generator[Hcom]:
    directory, home = place.repository("peer").path, place.directory / "peer-home"
    with (
        scripted_model(worker) as model,
        hcom_session(
            claude, _PROMPT, *_OPTIONS, directory=directory, home=home, model_url=model.url
        ) as hcom,
    ):
        try:
            yield hcom
        finally:
            worker.end()


@contextmanager
def at_work(place: Place, claude: Path, worker: SteadyWorker, chamber: Path) -> Generator[None]:
    """Start Claude Code in a chamber; it ends by itself when its model has nothing more to do."""
    home = place.directory / "home"
    home.mkdir(exist_ok=True)
    with (
        scripted_model(worker) as model,
        subprocess.Popen(
            headless(claude, _PROMPT, *_OPTIONS),
            cwd=chamber,
            env=client_environ(home, model.url),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as session,
    ):
        try:
            yield
        finally:
            worker.end()
            try:
                session.wait(_END_SECONDS)
            finally:
                session.kill()


def _run(command: tuple[str, ...], place: Place, directory: Path) -> None:
    subprocess.run(command, cwd=directory, env=place.environ, capture_output=True, check=True)


async def _stored_at(place: Place, directory: Path) -> dict[str, float]:
    """Return when each message was posted, in seconds since 1970."""
    async with open_store(find_project(directory).id, place.settings) as store:
        interrupts = (await store.snapshot()).interrupts.values()
    return {interrupt.message: interrupt.posted_at / 1_000 for interrupt in interrupts}


ROW = Benchmark(
    "heard",
    "How long after a message the real client's next model request holds it. Claude Code "
    f"{CLAUDE_VERSION} in print mode, on one scripted model: {THINKING_S:g} s of thinking, a tool "
    f"of {TOOL_S:g} s, and again; sent at the same random moments of that cycle, by turns with "
    f"hcom {VERSION} as its help has it (`hcom claude -p`, `hcom send -b @name --`). When a "
    "message lay there is what each one's own store says.",
    measure,
)
