"""A whole task, conducted by the real Claude Code with three subagents; the model is scripted.

The conductor makes the four calls of the contract; its workers are subagents that it starts in one
message with the prompts it was given, and one of them is interrupted at work.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import pytest

from orchestra_core.events import Event
from orchestra_core.project import find_project
from orchestra_core.replies.chambers import CreatedChambers
from orchestra_core.replies.completion import CompletedTask
from orchestra_core.replies.interrupts import SentInterrupt
from orchestra_core.replies.tasks import StartedTask
from orchestra_core.replies.workers import RecordedAction
from orchestra_core.state import ProjectState
from orchestra_core.store.open_store import open_store
from tests.e2e.conftest import ClientSetup
from tests.support.agents.scripted_model import CallTool, ModelAnswer, ModelRequest, Say
from tests.support.conductor.orchestration import in_memory
from tests.support.conductor.replies import decode_exactly

# The first run installs the client, which takes as long as the network does.
pytestmark = pytest.mark.timeout(400)

PREFIX = "mcp__orchestration__"
PARTS = ["auth", "database", "api"]
REQUEST = "Give the bookshop accounts: log-in with JWT, a database of users, an API with limits"
AGENT = "implementation-executor-auth"
SUMMARY = "The bookshop has accounts."
MESSAGE = "The column is called user_id now, not uid."

Reply = TypeVar("Reply")


def reply(model: type[Reply], request: ModelRequest, tool: str) -> Reply:
    """Read what the model saw as a tool's result: the structured answer."""
    (result,) = request.answers(PREFIX + tool)
    assert not result.is_error, result.words()
    return decode_exactly(model, result.words())


@dataclass
class Play:
    """The script of all four, and what each of them read."""

    client_setup: ClientSetup
    conductor: list[ModelRequest] = field(default_factory=list[ModelRequest])
    workers: dict[str, list[ModelRequest]] = field(default_factory=dict[str, list[ModelRequest]])

    def __call__(self, request: ModelRequest) -> ModelAnswer:
        prompt = "\n".join(block.words() for block in request.messages[0].blocks())
        worker = re.search(r"You are implementation-executor-(\w+), one", prompt)
        if worker:
            return self.work(worker[1], request)
        self.conductor.append(request)
        return self.conduct(request)

    def conduct(self, request: ModelRequest) -> ModelAnswer:
        if not request.answers(f"{PREFIX}start_task"):
            arguments = {"description": REQUEST, "complexity": "auto-detect"}
            return [CallTool(f"{PREFIX}start_task", arguments)]
        task = reply(StartedTask, request, "start_task").task_id
        if not request.answers(f"{PREFIX}create_chambers_batch"):
            named = {"task_id": task, "chamber_names": PARTS}
            return [CallTool(f"{PREFIX}create_chambers_batch", named)]
        if not request.answers("Agent"):
            return start_workers(reply(CreatedChambers, request, "create_chambers_batch"))
        if request.text().count("<task-notification>") < len(PARTS):
            return [Say("I wait for my workers.")]
        return finish(request, task)

    def work(self, name: str, request: ModelRequest) -> ModelAnswer:
        self.workers.setdefault(name, []).append(request)
        made = reply(CreatedChambers, self.conductor[-1], "create_chambers_batch")
        path = next(chamber.path for chamber in made.chambers if chamber.name == name)
        if request.turn == 0:
            file = f"{path}/{name}.py"
            return [CallTool("Write", {"file_path": file, "content": "DONE = True\n"})]
        if name != "auth" or request.turn > 2:
            return [Say(f"I wrote {name}.py.")]
        if request.turn == 1:
            asyncio.run(self.interrupt(made.task_id))
        mark = "before" if request.turn == 1 else "after"
        return [CallTool("Bash", {"command": f"touch '{path}/{mark}.txt'", "description": "Mark"})]

    async def interrupt(self, task_id: str) -> None:
        arguments = {"task_id": task_id, "chamber": "auth", "message": MESSAGE}
        async with in_memory(
            self.client_setup.settings, self.client_setup.repository.path
        ) as operator:
            await operator.call(SentInterrupt, "interrupt_worker", arguments)


def start_workers(made: CreatedChambers) -> ModelAnswer:
    """Start every worker in one message, its prompt unchanged."""
    asked = [
        {
            "description": chamber.name,
            "prompt": chamber.worker_prompt,
            "subagent_type": "general-purpose",
        }
        for chamber in made.chambers
    ]
    return [CallTool("Agent", arguments) for arguments in asked]


def finish(request: ModelRequest, task_id: str) -> ModelAnswer:
    """Record, complete, and say so."""
    if not request.answers(f"{PREFIX}record_agent_action"):
        done = {
            "task_id": task_id,
            "agent_id": AGENT,
            "action": "Wrote the log-in",
            "result": "It imports",
            "patterns": ["JWT auth", "rate limiting"],
        }
        return [CallTool(f"{PREFIX}record_agent_action", done)]
    if not request.answers(f"{PREFIX}complete_task"):
        last = {"task_id": task_id, "commit_changes": True, "summary": SUMMARY}
        return [CallTool(f"{PREFIX}complete_task", last)]
    return [Say("All is done.")]


async def test_claude_code_conducts_a_task_from_start_to_end(client_setup: ClientSetup) -> None:
    untouched = client_setup.repository.status
    play = await asyncio.to_thread(perform, client_setup)
    check_what_the_conductor_was_told(play.conductor[0])
    completed = check_what_the_tools_answered(play.conductor[-1])
    state, events = await stored(client_setup)
    check_what_redis_holds(state, completed.task_id)
    check_the_history([event.kind for event in events], events)
    check_the_interrupt(play, state)
    repository = client_setup.repository
    assert [repository.read(f"{name}.py") for name in PARTS] == ["DONE = True\n"] * 3
    assert not (repository.path / "before.txt").exists()
    assert (repository.path / "after.txt").exists()
    assert repository.head == completed.landed_commit
    assert repository.branches == ["main"]
    assert repository.status == untouched
    assert not list((repository.path / ".claude" / "worktrees").glob("*"))


def perform(client_setup: ClientSetup) -> Play:
    play = Play(client_setup)
    client_setup.play(
        play,
        prompt=f"/mcp__orchestration__conduct {REQUEST}",
        allowed="Bash Write Task mcp__orchestration",
        options=["--mcp-config", ".mcp.json"],
    )
    return play


async def stored(client_setup: ClientSetup) -> tuple[ProjectState, list[Event]]:
    project = find_project(client_setup.repository.path)
    async with open_store(project.id, client_setup.settings) as store:
        return await store.snapshot(), await store.events()


def check_what_the_conductor_was_told(first: ModelRequest) -> None:
    told = first.text()
    assert "You are the conductor of this request" in told
    assert f"<command-args>{REQUEST}</command-args>" in told
    assert "when command arguments stand above this text, they are the request" in told


def check_what_the_tools_answered(last: ModelRequest) -> CompletedTask:
    made = reply(CreatedChambers, last, "create_chambers_batch")
    recorded = reply(RecordedAction, last, "record_agent_action")
    completed = reply(CompletedTask, last, "complete_task")
    assert [chamber.name for chamber in made.chambers] == PARTS
    assert len(recorded.discoveries) == 2
    assert completed.completed
    assert sorted(completed.merged) == sorted(PARTS)
    return completed


def check_what_redis_holds(state: ProjectState, task_id: str) -> None:
    task = state.tasks[task_id]
    assert (task.description, task.state, task.summary) == (REQUEST, "completed", SUMMARY)
    assert {chamber.name: chamber.state for chamber in state.chambers.values()} == dict.fromkeys(
        PARTS, "closed"
    )
    assert {discovery.text for discovery in state.discoveries.values()} == {
        "JWT auth",
        "rate limiting",
    }
    assert state.agents[f"{task_id}/{AGENT}"].chamber == "auth"


def check_the_history(kinds: Sequence[str], events: Sequence[Event]) -> None:
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert kinds[:2] == ["clone.appeared", "task.started"]
    assert kinds.count("chamber.created") == 3
    assert kinds.index("interrupt.delivered") < kinds.index("interrupt.acted")
    assert kinds.index("agent.acted") < kinds.index("task.completed")


def check_the_interrupt(play: Play, state: ProjectState) -> None:
    (interrupt,) = state.interrupts.values()
    assert (interrupt.message, interrupt.state) == (MESSAGE, "acted")
    read = {name: requests[-1].text().count(MESSAGE) for name, requests in play.workers.items()}
    assert read == {"auth": 1, "database": 0, "api": 0}
    assert all(MESSAGE not in request.text() for request in play.conductor)
    stopped = [result.is_error for result in play.workers["auth"][-1].answers("Bash")]
    assert stopped == [True, False]
