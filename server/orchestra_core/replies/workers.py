"""The answers of the tools that brief agents and record what they report."""

from dataclasses import dataclass

from orchestra_core.models import Severity
from orchestra_core.replies.interrupts import InterruptStatus
from orchestra_core.replies.reply import Reply
from orchestra_core.workers.started_worker import Policy, StartedState


@dataclass(frozen=True, kw_only=True)
class ChamberScope:
    """A chamber as another worker needs to know it."""

    name: str
    path: str
    branch: str
    brief: str


@dataclass(frozen=True, kw_only=True)
class DiscoverySummary:
    """A discovery, who made it and which chambers it affects (empty: all)."""

    id: str
    text: str
    severity: Severity
    impact: str
    agent_id: str
    chamber: str
    affects: list[str]
    pattern: bool
    at: str


@dataclass(frozen=True, kw_only=True)
class AgentContext(Reply):
    """What to put into a worker's prompt; `prompt` says all of it as one text."""

    task_id: str
    agent_type: str
    agent_id: str
    mission: str
    phase: str
    working_directory: str
    chamber: ChamberScope | None
    siblings: list[ChamberScope]
    discoveries: list[DiscoverySummary]
    unread_interrupts: list[InterruptStatus]
    prompt: str


@dataclass(frozen=True, kw_only=True)
class RecordedAction(Reply):
    """An action in the history; `repeated` when it had just been recorded before."""

    task_id: str
    agent_id: str
    chamber: str
    actions: int
    repeated: bool
    discoveries: list[str]


@dataclass(frozen=True, kw_only=True)
class SharedDiscovery(Reply):
    """A discovery, and the interrupts that a critical one sent."""

    task_id: str
    discovery_id: str
    severity: Severity
    repeated: bool
    affects: list[str]
    interrupts: list[InterruptStatus]


@dataclass(frozen=True, kw_only=True)
class WorkerStart(Reply):
    """An agent that is to run in a chamber; `already_running` when this very start was asked."""

    task_id: str
    chamber: str
    agent: str
    policy: Policy
    state: StartedState
    already_running: bool


@dataclass(frozen=True, kw_only=True)
class WorkerStop(Reply):
    """An agent that is to end; not `was_running` when it had already ended."""

    task_id: str
    chamber: str
    was_running: bool
    state: StartedState


@dataclass(frozen=True, kw_only=True)
class AgentStatus:
    """An agent that recorded actions, and the last of them."""

    agent_id: str
    chamber: str
    actions: int
    last_action: str
    last_result: str
    last_at: str
