"""A request is asked once, answered once, and its hook gets exactly that, whatever is killed.

Two operators answer each request at the same time, with answers of their own, while the clone's
daemon and the store are killed again and again.
"""

import asyncio
import itertools
import json
import os
import random
import signal
from collections import Counter
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from orchestra_core.daemon import keep_daemon
from orchestra_core.daemon.answerers import answering
from orchestra_core.daemon.ask_daemon import ask_daemon
from orchestra_core.daemon.keep_daemon import kept_daemon
from orchestra_core.errors import Refused, StoreUnavailable
from orchestra_core.models import WorkerRequest
from orchestra_core.project import find_project
from orchestra_core.settings import Settings
from orchestra_core.store.open_store import open_store
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.requests.answer_request import answer_request
from tests.support.conductor.tasks import a_started_task, chambers_open
from tests.support.git.repositories import small_repository
from tests.support.hooks.hook_requests import ask
from tests.support.hooks.hooked_checkout import Session
from tests.support.proofs import Tally, scaled
from tests.support.stores.valkey import Server, running_server, valkey_binary

REQUESTS = scaled(24, 1_000)
AT_ONCE = 6
CHAMBERS = ("auth", "web", "api")
HOOK_SECONDS = 100.0
# Requests that are answered between two kills, or a slow machine would do nothing but start.
BETWEEN = (2, 12)


@dataclass
class Operators:
    """Two operators who answer whatever is open, and what was said to them."""

    context: Context
    answered: Counter[str] = field(default_factory=Counter[str])  # by the request's id
    taken: set[str] = field(default_factory=set[str])

    async def run(self, group: asyncio.TaskGroup) -> None:
        """Look for open requests until cancelled, and answer them in `group`."""
        while True:
            with suppress(StoreUnavailable):
                for request in (await self.context.store.snapshot()).requests.values():
                    if request.is_open and request.id not in self.taken:
                        self.taken.add(request.id)
                        for actor, answer in (("ann", "allow"), ("bob", "deny")):
                            group.create_task(self._answer(request, actor, answer))
            await asyncio.sleep(0.02)

    async def _answer(self, request: WorkerRequest, actor: str, answer: str) -> None:
        """Answer until the store has said yes or no."""
        context = replace(self.context, actor=actor)
        words = request.id if answer == "deny" else ""
        while True:
            try:
                await answer_request(context, request_id=request.id, answer=answer, words=words)
                self.answered[request.id] += 1
            except Refused:
                pass
            except StoreUnavailable:
                await asyncio.sleep(0.05)
                continue
            return


@pytest.fixture
def server() -> Generator[Server]:
    with running_server(valkey_binary()) as running:
        yield running


@asynccontextmanager
async def shop(server: Server, tmp_path: Path) -> AsyncGenerator[tuple[Context, list[Session]]]:
    """Open a project on that server with a live daemon, and chambers with workers."""
    settings = Settings(
        redis_url=server.url, state_dir=tmp_path / "state", runtime_dir=tmp_path, project=""
    )
    project = find_project(small_repository(tmp_path / "shop").path)
    async with open_store(project.id, settings) as store:
        context = Context(store=store, project=project, settings=settings, actor="operator")
        worktrees = await chambers_open(context, await a_started_task(context), CHAMBERS)
        with answering(project.git_dir):
            async with kept_daemon(project, settings):
                yield context, [Session(worktree.path) for worktree in worktrees.values()]


async def kill_now_and_then(operators: Operators, server: Server, killed: Counter[str]) -> None:
    """Kill the daemon and the store by turns, as answers come."""
    context = operators.context
    chance = random.Random(1)  # noqa: S311 - the same every time
    for victim in itertools.cycle(("daemon", "store")):
        count = len(operators.answered) + chance.randint(*BETWEEN)
        while len(operators.answered) < count:  # noqa: ASYNC110 - answers come from many tasks
            await asyncio.sleep(0.01)
        await asyncio.sleep(chance.uniform(0.0, 0.2))
        if victim == "store":
            await asyncio.to_thread(server.restart)
        else:
            git_dir = context.project.git_dir
            about = await asyncio.to_thread(ask_daemon, git_dir, {"call": "about"}, 1.0)
            if about is None:
                continue
            with suppress(ProcessLookupError):
                os.kill(int(about["pid"]), signal.SIGKILL)
        killed[victim] += 1


async def decide(session: Session, number: int, turns: asyncio.Semaphore) -> dict[str, object]:
    """Ask for one permission, and return what the hook decided."""
    call = {"tool_name": "Bash", "tool_input": {"command": f"run {number}"}}
    async with turns:
        return await ask(session, call).decision(HOOK_SECONDS)


async def test_no_answer_is_lost_or_doubled_while_daemon_and_store_are_killed(
    server: Server, tmp_path: Path, tally: Tally, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A daemon that dies again and again is otherwise started after half a minute.
    monkeypatch.setattr(keep_daemon, "_DELAYS", (0.1,))
    killed, turns = Counter[str](), asyncio.Semaphore(AT_ONCE)
    async with shop(server, tmp_path) as (context, sessions):
        operators = Operators(context)
        async with asyncio.TaskGroup() as group:
            beside = [
                group.create_task(operators.run(group)),
                group.create_task(kill_now_and_then(operators, server, killed)),
            ]
            decisions = await asyncio.gather(
                *(decide(sessions[n % len(sessions)], n, turns) for n in range(REQUESTS))
            )
            for task in beside:
                task.cancel()
        state = await context.store.snapshot()
        kinds = Counter(event.kind for event in await context.store.events())
    by_command = {
        str(json.loads(request.tool_input)["command"]): request
        for request in state.requests.values()
    }
    assert len(by_command) == len(state.requests) == REQUESTS
    assert kinds["request.asked"] == kinds["request.answered"] == REQUESTS
    assert kinds["request.withdrawn"] == 0
    assert set(operators.answered.values()) == {1}
    for number, decision in enumerate(decisions):
        assert decision == printed(by_command[f"run {number}"]), number
    assert killed["daemon"]
    assert killed["store"]
    tally(requests=REQUESTS, daemons_killed=killed["daemon"], stores_killed=killed["store"])


def printed(request: WorkerRequest) -> dict[str, object]:
    """Return what the hook of an answered request has to print."""
    if request.answer == "allow":
        return {"behavior": "allow"}
    return {"behavior": "deny", "message": f"Denied by {request.answered_by}: {request.id}"}
