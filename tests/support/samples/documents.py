"""Documents and events with plausible contents, for tests that need only one field."""

import json

from msgspec.structs import replace

from orchestra_core.change import Change
from orchestra_core.events import Event, EventData
from orchestra_core.models import (
    Agent,
    Chamber,
    Clone,
    Conflict,
    Discovery,
    Interrupt,
    Presence,
    Task,
    WorkerRequest,
)
from orchestra_core.names import chamber_id
from orchestra_core.state import ProjectState
from orchestra_core.workers.day_account import DayAccount
from orchestra_core.workers.started_worker import Spent, StartedWorker

NOON = 1_790_000_000_000  # some moment, in milliseconds since 1970


def a_task(task_id: str = "add-login-1a2b", description: str = "Add a login") -> Task:
    return Task(
        id=task_id,
        description=description,
        complexity="simple",
        working_directory="/repo",
        started_at=NOON,
    )


def a_chamber(name: str = "auth", task_id: str = "add-login-1a2b") -> Chamber:
    return Chamber(
        id=chamber_id(task_id, name),
        task_id=task_id,
        name=name,
        path=f"/repo/.claude/worktrees/{name}",
        branch=f"orchestra/{task_id}/{name}",
        created_at=NOON,
    )


def an_agent(
    agent_id: str = "implementer", task_id: str = "add-login-1a2b", actions: int = 0
) -> Agent:
    return Agent(id=f"{task_id}/{agent_id}", task_id=task_id, agent_id=agent_id, actions=actions)


def a_discovery(discovery_id: str = "d1", text: str = "Tokens expire") -> Discovery:
    return Discovery(
        id=discovery_id, task_id="add-login-1a2b", agent_id="implementer", text=text, at=NOON
    )


def an_interrupt(interrupt_id: str = "i1", message: str = "Stop and look") -> Interrupt:
    return Interrupt(
        id=interrupt_id,
        task_id="add-login-1a2b",
        chamber="auth",
        message=message,
        actor="operator",
        sent_at=NOON,
    )


def a_request(request_id: str = "r-1", command: str = "npm test") -> WorkerRequest:
    return WorkerRequest(
        id=request_id,
        task_id="add-login-1a2b",
        chamber="auth",
        session_id="s1",
        tool="Bash",
        tool_input=json.dumps({"command": command}),
        like="Bash(npm test:*)",
        asked_at=NOON,
    )


def a_question(request_id: str = "r-2") -> WorkerRequest:
    options = [{"label": "Blue", "description": "as the sky"}, {"label": "Red"}]
    question = {"question": "Which colour?", "header": "Colour", "options": options}
    return replace(
        a_request(request_id),
        kind="question",
        tool="AskUserQuestion",
        tool_input=json.dumps({"questions": [question]}),
        like="",
    )


def a_started_worker(chamber: str = "auth", task_id: str = "add-login-1a2b") -> StartedWorker:
    return StartedWorker(
        id=chamber_id(task_id, chamber),
        task_id=task_id,
        chamber=chamber,
        agent="claude",
        asked_at=NOON,
        asked_by="operator",
        since=NOON,
    )


def a_conflict(files: tuple[str, ...] = ("src/app.py",)) -> Conflict:
    sides = ("add-login-1a2b/auth", "add-login-1a2b/database")
    return Conflict(
        id="|".join(sides),
        task_ids=("add-login-1a2b",),
        between=sides,
        files=files,
        kinds=("content",) * len(files),
        count=len(files),
        since=NOON,
    )


def a_clone(clone_id: str = "c0ffee0123456789", path: str = "/repo") -> Clone:
    return Clone(id=clone_id, host="laptop", path=path, machine="m1", first_heard=NOON)


def a_day(day: str = "2026-11-28") -> DayAccount:
    return DayAccount(id=day, spent=Spent(turns=2, tokens_in=1_500, dollars=0.25))


def task_started(task: Task | None = None, action: str = "") -> Event:
    task = task or a_task()
    return Event(
        at=NOON, kind="task.started", task_id=task.id, data=EventData(task=task, action=action)
    )


def starting(task: Task | None = None) -> Change:
    """Return the change that starts a task."""
    return Change(events=(task_started(task),))


def sending(interrupt: Interrupt | None = None) -> Change:
    """Return the change that sends an interrupt."""
    interrupt = interrupt or an_interrupt()
    event = Event(
        at=NOON,
        kind="interrupt.sent",
        task_id=interrupt.task_id,
        chamber=interrupt.chamber,
        data=EventData(interrupt=interrupt),
    )
    return Change(events=(event,))


def a_busy_project() -> ProjectState:
    """One open task: a worker with unread mail, a failed and a closed chamber."""
    state = ProjectState(seq=7)
    live = replace(a_chamber("auth"), state="live")
    broken = replace(a_chamber("web"), state="failed", note="disk full", created_at=NOON + 1)
    gone = replace(a_chamber("old"), state="closed")
    for document in (replace(a_task(), phase="build"), live, broken, gone):
        state.put(document)
    state.put(an_interrupt())
    state.put(replace(an_interrupt("i2", "read already"), state="delivered"))
    state.presence[live.id] = Presence(
        chamber_id=live.id, state="working", tool="Edit", detail="src/auth.py", since=NOON
    )
    return state
