"""The four calls of a conductor, made by the real Claude Code; its model follows a script."""

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from orchestra_core.events import Event
from orchestra_core.project import find_project
from orchestra_core.state import ProjectState
from orchestra_core.store.opening import open_store
from orchestra_server.conductor.replies import (
    CompletedTask,
    CreatedChambers,
    RecordedAction,
    StartedTask,
)
from tests.e2e.conftest import Stage
from tests.support.claude_code import claude_binary, run_claude
from tests.support.scripted_model import Answer, Call, Request, Say, ScriptedModel, scripted_model

PREFIX = "mcp__orchestration__"
PARTS = ["auth", "database", "api"]
REQUEST = "Give the bookshop accounts: log-in with JWT, a database of users, an API with limits"
AGENT = "implementation-executor-auth"
SUMMARY = "The bookshop has accounts."

Reply = TypeVar("Reply", bound=BaseModel)


def reply(model: type[Reply], request: Request, number: int) -> Reply:
    """Read what the model saw as the result of call `number`: the structured answer."""
    result = request.results()[number]
    assert not result.is_error, result.words()
    return model.model_validate_json(result.words())


def conduct(request: Request) -> Answer:
    match request.turn:
        case 0:
            return [
                Call(f"{PREFIX}start_task", {"description": REQUEST, "complexity": "auto-detect"})
            ]
        case 1:
            task = reply(StartedTask, request, 0).task_id
            return [
                Call(f"{PREFIX}create_chambers_batch", {"task_id": task, "chamber_names": PARTS})
            ]
        case 2:
            made = reply(CreatedChambers, request, 1)
            return [
                Call(
                    "Write", {"file_path": f"{one.path}/{one.name}.py", "content": "DONE = True\n"}
                )
                for one in made.chambers
            ]
        case 3:
            arguments = {
                "task_id": reply(StartedTask, request, 0).task_id,
                "agent_id": AGENT,
                "action": "Wrote the log-in",
                "result": "It imports",
                "patterns": ["JWT auth", "rate limiting"],
            }
            return [Call(f"{PREFIX}record_agent_action", arguments)]
        case 4:
            task = reply(StartedTask, request, 0).task_id
            arguments = {"task_id": task, "commit_changes": True, "summary": SUMMARY}
            return [Call(f"{PREFIX}complete_task", arguments)]
        case _:
            return [Say("All is done.")]


async def stored(stage: Stage) -> tuple[ProjectState, list[Event]]:
    project = find_project(stage.repository.path)
    async with open_store(project.id, stage.settings) as store:
        return await store.snapshot(), await store.events()


def play(stage: Stage, prompt: str = "Conduct the request.") -> ScriptedModel:
    binary = claude_binary()
    with scripted_model(conduct) as model:
        ended = run_claude(
            binary,
            prompt,
            directory=stage.repository.path,
            home=stage.home,
            model_url=model.url,
            environ=stage.environ,
            options=["--mcp-config", ".mcp.json", "--allowedTools", "Write mcp__orchestration"],
        )
    assert ended.returncode == 0, ended.stdout[-2000:] + ended.stderr[-2000:]
    assert model.faults == []
    return model


async def test_claude_code_conducts_a_task_from_start_to_end(stage: Stage) -> None:
    model = play(stage)
    seen = model.requests[-1]
    started = reply(StartedTask, seen, 0)
    made = reply(CreatedChambers, seen, 1)
    recorded = reply(RecordedAction, seen, 5)
    completed = reply(CompletedTask, seen, 6)
    assert [one.name for one in made.chambers] == PARTS
    assert len(recorded.discoveries) == 2
    assert completed.completed
    assert sorted(completed.merged) == sorted(PARTS)

    state, events = await stored(stage)
    task = state.tasks[started.task_id]
    assert (task.description, task.state, task.summary) == (REQUEST, "completed", SUMMARY)
    assert {one.name: one.state for one in state.chambers.values()} == dict.fromkeys(
        PARTS, "closed"
    )
    assert {one.text for one in state.discoveries.values()} == {"JWT auth", "rate limiting"}
    assert state.agents[f"{task.id}/{AGENT}"].chamber == "auth"
    kinds = [event.kind for event in events]
    assert kinds[0] == "task.started"
    assert kinds.count("chamber.created") == 3
    assert "agent.acted" in kinds
    assert kinds.index("task.completed") > kinds.index("agent.acted")

    repository = stage.repository
    for name in PARTS:
        assert repository.read(f"{name}.py") == "DONE = True\n"
    assert repository.head == task.landed_commit == completed.landed_commit
    assert repository.branches == ["main"]


async def test_the_model_is_told_how_to_conduct_before_its_first_answer(stage: Stage) -> None:
    model = play(stage)
    told = model.requests[0].text()
    assert "start_task → create_chambers_batch" in told
    assert f"{PREFIX}create_chambers_batch" in told


async def test_the_playbook_reaches_the_model_with_the_whole_request(stage: Stage) -> None:
    model = play(stage, "/mcp__orchestration__conduct Give the bookshop accounts")
    told = model.requests[0].text()
    assert "You are the conductor of this request" in told
    assert "<command-args>Give the bookshop accounts</command-args>" in told
    assert "when command arguments stand above this text, they are the request" in told


def test_nothing_of_orchestra_shows_in_the_repository_afterwards(stage: Stage) -> None:
    before = stage.repository.status
    play(stage)
    assert stage.repository.status == before
    assert not list(Path(stage.repository.path, ".claude", "worktrees").glob("*"))
