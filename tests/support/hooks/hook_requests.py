"""A client that asks for a permission through the hook, started as its settings say."""

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from subprocess import Popen
from typing import cast

from orchestra_core.models import WorkerRequest
from orchestra_core.store.store import Store
from orchestra_server.files.requests.answer_files import waiting_ids
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.delivery.delivery_loop import deliver_as_leader
from tests.support.hooks.hooked_checkout import Session
from tests.support.waiting import until, until_awaited

NPM_TEST = {"tool_name": "Bash", "tool_input": {"command": "npm test"}}
QUESTIONS = {
    "questions": [{"question": "Which colour?", "options": [{"label": "Blue"}, {"label": "Red"}]}]
}
COLOURS = {"tool_name": "AskUserQuestion", "tool_input": QUESTIONS}


@dataclass
class AskingHook:
    """A hook that asks; `decision` is what its client does after it has ended."""

    process: Popen[bytes]

    @property
    def is_waiting(self) -> bool:
        return self.process.poll() is None

    def kill(self) -> None:
        """Kill it, as a client or a machine may do."""
        self.process.kill()
        self.process.communicate()

    async def decision(self, seconds: float = 10.0) -> dict[str, object]:
        """Return the printed decision once the hook has ended, {} for none."""
        # Without a thread: there are few, and the daemon that is to answer may need one.
        await until(lambda: not self.is_waiting, seconds)
        stdout, stderr = self.process.communicate()
        assert (self.process.returncode, stderr) == (0, b"")
        if not stdout:
            return {}
        answer = cast("dict[str, dict[str, object]]", json.loads(stdout))["hookSpecificOutput"]
        assert answer["hookEventName"] == "PermissionRequest"
        return cast("dict[str, object]", answer["decision"])


def ask(session: Session, call: Mapping[str, object], mode: str = "default") -> AskingHook:
    """Start the hook by which a client asks for a permission."""
    fields = {**call, "permission_mode": mode}
    return AskingHook(session.start("PermissionRequest", fields, "request"))


async def open_requests(store: Store) -> list[WorkerRequest]:
    """Return the open requests, oldest first."""
    requests = (await store.snapshot()).open_requests_by_chamber().values()
    return [request for of_chamber in requests for request in of_chamber]


async def next_request(store: Store, seconds: float = 10.0) -> WorkerRequest:
    """Return the only open request, as soon as there is one."""
    await until_awaited(lambda: _is_there(store), seconds)
    (request,) = await open_requests(store)
    return request


async def _is_there(store: Store) -> bool:
    return bool(await open_requests(store))


@asynccontextmanager
async def daemon_of(context: Context) -> AsyncGenerator[None]:
    """Do what the clone's daemon does with requests: take them in and hand answers out."""
    async with deliver_as_leader(context.store, context.project, context.clock):
        yield


async def until_nobody_waits(context: Context) -> None:
    """Wait until no hook waits for an answer."""
    await until(lambda: not waiting_ids(context.project.git_dir))
