"""From an answer to a worker's permission to what it brings about, with the real client."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.agents.measured_claude import measured_claude
from benchmarks.figures.row import Aim, Benchmark, Comparison, SampleBudget, comparison
from benchmarks.projects.mcp_servers import ORCHESTRA, call, served
from benchmarks.projects.places import Place, a_place
from orchestra_core.daemon.answerers import answering
from orchestra_core.models import WorkerRequest
from orchestra_core.project import find_project
from orchestra_core.store.open_store import open_store
from orchestra_core.store.store import Store
from orchestra_server.files.installation.install import initialise
from tests.support.agents.claude_code import VERSION, client_environ
from tests.support.agents.scripted_model import CallTool, ModelAnswer, ModelRequest, scripted_model
from tests.support.waiting import until, until_awaited

_OPTIONS = (
    *("-p", "--input-format", "stream-json", "--output-format", "stream-json", "--verbose"),
    *("--permission-mode", "manual", "--permission-prompt-tool", "stdio"),
)
_ASKED_SECONDS = 30.0


class _Terminal:
    """The session's own terminal, which is this process, and the requests of its model."""

    def __init__(self, session: "subprocess.Popen[str]") -> None:
        self._session = session
        self.asked = dict[str, Mapping[str, object]]()  # the open questions, by id
        self.model_times = list[float]()

    def read(self) -> None:
        """Note what the client asks, until the session ends. Blocking."""
        for line in self._session.stdout or ():
            message = json.loads(line)
            if message["type"] == "control_request":
                self.asked[message["request_id"]] = message["request"]["input"]
            elif message["type"] == "control_cancel_request":
                self.asked.pop(message["request_id"], None)

    def say(self, message: Mapping[str, object]) -> None:
        """Write one message to the client."""
        if self._session.stdin is not None:
            self._session.stdin.write(json.dumps(message) + "\n")
            self._session.stdin.flush()

    async def next_model_time(self, count: int) -> float:
        """Return when the model was asked for the time after the first `count`."""
        await until(lambda: len(self.model_times) > count, _ASKED_SECONDS)
        return self.model_times[count]

    def allow(self) -> None:
        """Allow what the client asks."""
        request_id, arguments = self.asked.popitem()
        given = {"behavior": "allow", "updatedInput": arguments}
        answer = {"subtype": "success", "request_id": request_id, "response": given}
        self.say({"type": "control_response", "response": answer})

    def script(self, request: ModelRequest) -> ModelAnswer:
        """Let the model call a tool that has to be asked for, another one each time."""
        self.model_times.append(time.perf_counter())
        command = f"python3 -c 'print({request.turn})'"
        return [CallTool("Bash", {"command": command, "description": "Compute"})]


def measure(budget: SampleBudget) -> list[Comparison]:
    """Answer permissions by turns in the room's way and in the client's own terminal."""
    claude = measured_claude()
    with a_place() as place:
        return asyncio.run(_measure(budget, place, claude))


async def _measure(budget: SampleBudget, place: Place, claude: Path) -> list[Comparison]:
    directory = place.repository().path
    initialise(directory, Path(sys.executable))
    by_tool, by_terminal = list[float](), list[float]()
    project = find_project(directory)
    async with (
        served(ORCHESTRA, place, directory) as client,
        open_store(project.id, place.settings) as store,
    ):
        task_id = (await call(client, "start_task", {"description": "Add a login"})).task_id
        await call(client, "create_chambers_batch", {"task_id": task_id, "chamber_names": ["auth"]})
        chamber = directory / ".claude" / "worktrees" / "auth"
        ends = time.monotonic() + budget.seconds(60, short=0.1)
        with answering(project.git_dir):
            async with _at_work(place, claude, chamber) as terminal:
                while time.monotonic() < ends or not by_terminal:
                    request = await _next_request(store)
                    before, began = len(terminal.model_times), time.perf_counter()
                    answer = {"request_id": request.id, "answer": "allow"}
                    await call(client, "answer_request", answer)
                    heard = await terminal.next_model_time(before)
                    by_tool.append((heard - began) * 1_000)
                    request = await _next_request(store)
                    await until(lambda: bool(terminal.asked), _ASKED_SECONDS)
                    began = time.perf_counter()
                    terminal.allow()
                    await _cleared(store, request)
                    by_terminal.append((time.perf_counter() - began) * 1_000)
    to_model, to_room = (Aim(limit, absolute=True) for limit in (300, 200))
    return [
        comparison("from the answer to the model's next request", "ms", by_tool, to_model),
        comparison("from the terminal's answer to the cleared request", "ms", by_terminal, to_room),
    ]


@asynccontextmanager
async def _at_work(place: Place, claude: Path, chamber: Path) -> AsyncGenerator[_Terminal]:
    home = place.directory / "home"
    home.mkdir()
    terminals = list[_Terminal]()
    with (
        scripted_model(lambda request: terminals[0].script(request)) as model,  # noqa: PLW0108 - made below
        subprocess.Popen(  # noqa: ASYNC220 - only the measured client is to be waited for
            [str(claude), *_OPTIONS],
            cwd=chamber,
            env=client_environ(home, model.url),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as session,
    ):
        terminal = _Terminal(session)
        terminals.append(terminal)
        reading = asyncio.create_task(asyncio.to_thread(terminal.read))
        hello = {"subtype": "initialize", "hooks": None}
        terminal.say({"type": "control_request", "request_id": "i", "request": hello})
        terminal.say({"type": "user", "message": {"role": "user", "content": "Begin."}})
        try:
            yield terminal
        finally:
            session.kill()
            await reading


async def _next_request(store: Store) -> WorkerRequest:
    """Return the open request as soon as there is one."""
    open_requests = list[WorkerRequest]()

    async def is_asked() -> bool:
        requests = (await store.snapshot()).requests.values()
        open_requests[:] = [request for request in requests if request.is_open]
        return bool(open_requests)

    await until_awaited(is_asked, _ASKED_SECONDS)
    return open_requests[0]


async def _cleared(store: Store, request: WorkerRequest) -> None:
    async def is_cleared() -> bool:
        return not (await store.snapshot()).requests[request.id].is_open

    await until_awaited(is_cleared, _ASKED_SECONDS)


ROW = Benchmark(
    "requests",
    f"How long after a permission was allowed Claude Code {VERSION} asks its model again, by the "
    "tool that a key in the room calls, the tool's own run included; and after it was allowed in "
    "the client's own terminal, until its request is withdrawn.",
    measure,
)
