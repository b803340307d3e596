"""The answers of the tools for a task as a whole, except of its completion."""

from dataclasses import dataclass
from typing import Literal

from orchestra_core.models import Level, TaskState
from orchestra_core.replies.chambers import ChamberSummary
from orchestra_core.replies.interrupts import InterruptStatus
from orchestra_core.replies.reply import Reply
from orchestra_core.replies.workers import AgentStatus, DiscoverySummary


@dataclass(frozen=True, kw_only=True)
class StartedTask(Reply):
    """A new task, or the open one with the same request."""

    task_id: str
    already_open: bool
    complexity: Level
    reasons: list[str]
    phases: list[str]
    phase: str
    working_directory: str
    base_branch: str
    base_commit: str


@dataclass(frozen=True, kw_only=True)
class PhaseStatus:
    """One phase of a task, and when and by whom it was begun."""

    name: str
    state: Literal["pending", "current", "finished", "skipped"]
    started_at: str
    finished_at: str
    by: str


@dataclass(frozen=True, kw_only=True)
class AdvancedPhase(Reply):
    """Where the task stands now; `advanced` is False when it stood there already."""

    task_id: str
    advanced: bool
    phase: str
    at: str
    by: str
    phases: list[PhaseStatus]


@dataclass(frozen=True, kw_only=True)
class TaskStatus(Reply):
    """One task in full."""

    task_id: str
    description: str
    state: TaskState
    complexity: Level
    reasons: list[str]
    phase: str
    phases: list[PhaseStatus]
    working_directory: str
    base_branch: str
    base_commit: str
    started_at: str
    finished_at: str
    summary: str
    landed_commit: str
    chambers: list[ChamberSummary]
    agents: list[AgentStatus]
    discoveries: list[DiscoverySummary]
    discoveries_left_out: int
    unread_interrupts: list[InterruptStatus]
