"""From an interrupt to the end of the running tool and to the model, with the real client."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.agents.measured_claude import measured_claude
from benchmarks.agents.stopped_worker import StoppedWorker
from benchmarks.agents.typed_claude import TypedClaude, typed_claude
from benchmarks.figures.measure import by_turns_async
from benchmarks.figures.row import Aim, Benchmark, Comparison, SampleBudget, comparison
from benchmarks.projects.places import Place, a_place
from orchestra_server.agents.agent_driver import Launch, Session
from orchestra_server.agents.claude.claude_driver import ClaudeDriver
from tests.support.agents.claude_code import client_environ
from tests.support.agents.scripted_model import scripted_model

_ROUNDS = 50
_OPTIONS = ("--permission-mode", "default", "--allowedTools", "Bash")
_ABORTED_MS, _HEARD_MS = 150, 500
_KEY_S = 0.02  # between a text and Enter, which would be a paste at once
_PEER = "Esc in its own screen"
Send = Callable[[str, Awaitable[None]], Awaitable[None]]


def measure(budget: SampleBudget) -> list[Comparison]:
    """Alternate between stopping one of our sessions and one in a terminal."""
    claude = measured_claude()
    with a_place() as place:
        return asyncio.run(_measure(budget, place, claude))


async def _measure(budget: SampleBudget, place: Place, claude: Path) -> list[Comparison]:
    rounds = budget.count(_ROUNDS, 1)
    ours, theirs = (StoppedWorker(_folder(place, name)) for name in ("ours", "theirs"))
    with scripted_model(ours) as our_model, scripted_model(theirs) as their_model:
        home = place.directory / "typed-home"
        with typed_claude(
            claude, *_OPTIONS, directory=theirs.directory, home=home, model_url=their_model.url
        ) as terminal:
            async with _session(claude, place, ours.directory, our_model.url) as session:
                await _begin(session, terminal)

                async def by_driver(text: str, ended: Awaitable[None]) -> None:
                    await session.interrupt(text)
                    await ended

                async def by_keys(text: str, ended: Awaitable[None]) -> None:
                    terminal.type("\x1b")
                    await ended  # a letter right after it would make it another key
                    terminal.type(text)
                    await asyncio.sleep(_KEY_S)
                    terminal.type("\r")

                first, second = _rounds(ours, by_driver), _rounds(theirs, by_keys)
                await by_turns_async((first, second), seconds=0.5)
                for _ in range(rounds):
                    await first()
                    await second()
    return _comparisons(ours, theirs)


async def _begin(session: Session, terminal: TypedClaude) -> None:
    await session.prompt("Round 0.")
    await asyncio.to_thread(terminal.wait_for_silence)
    terminal.type("Round 0.")
    await asyncio.to_thread(terminal.wait_for_silence)
    terminal.type("\r")


def _rounds(worker: StoppedWorker, send: Send) -> Callable[[], Awaitable[float]]:
    """Return what stops the worker's tool and lets it begin the next one."""
    number = 0

    async def measured() -> float:
        nonlocal number
        process = await asyncio.to_thread(worker.tool_process, number)
        number += 1
        began = time.time()
        ended = asyncio.ensure_future(asyncio.to_thread(worker.note_end, process, began))
        await send(f"Round {number}.", ended)
        return await asyncio.to_thread(worker.note_read, number, began)

    return measured


def _comparisons(ours: StoppedWorker, theirs: StoppedWorker) -> list[Comparison]:
    def aims(limit: float) -> tuple[Aim, ...]:
        bounds = (Aim(limit, absolute=True), Aim(limit, "p99", absolute=True))
        return (*bounds, Aim(1), Aim(1, "p99"))

    return [
        comparison(
            "from the interrupt to the end of the running tool", "ms", ours.aborted,
            *aims(_ABORTED_MS), versus=_PEER, against=theirs.aborted,
        ),
        comparison(
            "from the interrupt to the model's next request, with its text", "ms", ours.heard,
            *aims(_HEARD_MS), versus=_PEER, against=theirs.heard,
        ),
    ]  # fmt: skip


@asynccontextmanager
async def _session(
    claude: Path, place: Place, directory: Path, model_url: str
) -> AsyncGenerator[Session]:
    home = place.directory / "home"
    home.mkdir()
    command = (str(claude), "--allowedTools", "Bash")
    launch = Launch("claude", command, directory, client_environ(home, model_url))
    session = await ClaudeDriver().start(launch)
    reader = asyncio.create_task(_read(session))
    try:
        yield session
    finally:
        await session.close(0)
        await reader


async def _read(session: Session) -> None:
    async for _ in session.reports():
        pass


def _folder(place: Place, name: str) -> Path:
    folder = (place.directory / name).resolve()
    folder.mkdir()
    return folder


ROW = Benchmark(
    "steering",
    "How long after an interrupt of a worker that Orchestra started its running tool has ended, "
    "and the model's next request holds the text: by turns with the client's own screen, in which "
    "Esc is typed, and as soon as the tool has ended the text and, 20 ms later, Enter.",
    measure,
)
