"""From a key in the room to the end of the running tool and to the model, with the real client."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from benchmarks.agents.measured_claude import measured_claude
from benchmarks.agents.started_agents import configured_claude, start_agent
from benchmarks.agents.stopped_worker import StoppedWorker
from benchmarks.agents.typed_claude import TypedClaude, typed_claude
from benchmarks.figures.row import Aim, Benchmark, Comparison, SampleBudget, comparison
from benchmarks.projects.chamber_batches import create_chambers
from benchmarks.projects.places import Place, a_place
from benchmarks.projects.warm_daemon import a_warm_daemon
from benchmarks.rooms.room_terminal import ROOM, RoomTerminal, room_terminal
from tests.support.agents.scripted_model import scripted_model

_ROUNDS = 50
_OPTIONS = ("--permission-mode", "default", "--allowedTools", "Bash")
_ABORTED_MS, _HEARD_MS = 150, 500
_KEY_S = 0.02  # between a text and Enter, which would be a paste at once
_STILL_S = 0.5  # in which the room paints typed text, or closes a dialog
_LOOK_S = 0.02
_ESCAPE = "\x1b"
_PEER = "Esc in its own screen"


def measure(budget: SampleBudget) -> list[Comparison]:
    """Alternate between stopping a worker by keys in a room and one in its own terminal."""
    claude = measured_claude()
    with a_place() as place, ThreadPoolExecutor(max_workers=4) as threads:
        return _measure(budget, place, claude, threads)


def _measure(
    budget: SampleBudget, place: Place, claude: Path, threads: ThreadPoolExecutor
) -> list[Comparison]:
    directory = place.repository().path
    (chamber,) = asyncio.run(create_chambers(place, directory, 1))
    (place.directory / "theirs").mkdir()
    ours, theirs = StoppedWorker(chamber), StoppedWorker((place.directory / "theirs").resolve())
    with (
        scripted_model(ours) as our_model,
        scripted_model(theirs) as their_model,
        configured_claude(place, claude, our_model.url),
        a_warm_daemon(place, directory),
        room_terminal(ROOM, directory, place.environ, place.directory, tmux=False) as room,
        typed_claude(
            claude,
            *_OPTIONS,
            directory=theirs.directory,
            home=place.directory / "typed-home",
            model_url=their_model.url,
        ) as terminal,
    ):
        start_agent(place, directory, chamber.name, "Round 0.")
        room.wait_for("server ready")
        room.press("2")
        terminal.wait_for_silence()
        terminal.type("Round 0.")
        terminal.wait_for_silence()
        terminal.type("\r")
        for number in range(budget.count(_ROUNDS, 1) + 1):
            _in_room(room, ours, number, threads)
            _in_its_screen(terminal, theirs, number, threads)
    return _comparisons(ours, theirs)


def _in_room(
    room: RoomTerminal, worker: StoppedWorker, number: int, threads: ThreadPoolExecutor
) -> None:
    """Press s, type the text, and measure from Enter, which sends it."""
    process = worker.tool_process(number)
    room.drain(_STILL_S)
    room.forget()
    room.press("s")
    room.wait_for("enter send")
    room.press(f"Round {number + 1}.")
    room.drain(_STILL_S)
    began = time.time()
    room.press("\r")
    ended = threads.submit(worker.note_end, process, began)
    heard = threads.submit(worker.note_read, number + 1, began)
    _wait(lambda: room.read(_LOOK_S), ended, heard)
    room.drain(_STILL_S)
    room.press(_ESCAPE)


def _in_its_screen(
    terminal: TypedClaude, worker: StoppedWorker, number: int, threads: ThreadPoolExecutor
) -> None:
    """Press Esc, and type the text as soon as the tool has ended."""
    process = worker.tool_process(number)
    began = time.time()
    terminal.type(_ESCAPE)
    worker.note_end(process, began)  # a letter right after it would make it another key
    terminal.type(f"Round {number + 1}.")
    time.sleep(_KEY_S)
    terminal.type("\r")
    threads.submit(worker.note_read, number + 1, began).result()


def _wait(meanwhile: Callable[[], object], *awaited: "Future[float] | Future[None]") -> None:
    while not all(each.done() for each in awaited):
        meanwhile()
    for each in awaited:
        each.result()


def _comparisons(ours: StoppedWorker, theirs: StoppedWorker) -> list[Comparison]:
    def aims(limit: float) -> tuple[Aim, ...]:
        return (Aim(limit, absolute=True), Aim(limit, "p99", absolute=True), Aim(1), Aim(1, "p99"))

    # The first round finds files that are not in memory yet.
    return [
        comparison(
            "from the key to the end of the running tool", "ms", ours.aborted[1:],
            *aims(_ABORTED_MS), versus=_PEER, against=theirs.aborted[1:],
        ),
        comparison(
            "from the key to the model's next request, with its text", "ms", ours.heard[1:],
            *aims(_HEARD_MS), versus=_PEER, against=theirs.heard[1:],
        ),
    ]  # fmt: skip


ROW = Benchmark(
    "steering-keys",
    "The same from the key on: Enter sends a typed message to stop, in a real room on a terminal, "
    "whose daemon runs the worker; by turns with Esc in the client's own screen.",
    measure,
)
