"""Turns documents into the parts of a reply."""

from collections.abc import Iterable

from orchestra_core.clock import iso_time
from orchestra_core.clone.clone_places import ClonePlace
from orchestra_core.models import Agent, Chamber, Discovery, Interrupt, Phase, Task, WorkerRequest
from orchestra_core.replies.chambers import ChamberSummary, SavedChamber
from orchestra_core.replies.interrupts import InterruptStatus
from orchestra_core.replies.requests import RequestStatus
from orchestra_core.replies.tasks import PhaseStatus
from orchestra_core.replies.workers import AgentStatus, ChamberScope, DiscoverySummary
from orchestra_core.state import ProjectState
from orchestra_core.text import one_line
from orchestra_core.wording.requests import asked_in_full, questions_of

_SHORT = 600  # characters
_ASKED_LIMIT = 4_000  # characters


def in_short(text: str) -> str:
    """Cut a text to a length for lists; the history has the full text."""
    return one_line(text, _SHORT)


def mail(interrupt: Interrupt) -> InterruptStatus:
    """Return an interrupt as a reply shows it."""
    return InterruptStatus(
        interrupt_id=interrupt.id,
        chamber=interrupt.chamber,
        message=interrupt.message,
        requires=interrupt.requires,
        state=interrupt.state,
        sent_at=iso_time(interrupt.sent_at),
        note=interrupt.note,
    )


def request(asked: WorkerRequest) -> RequestStatus:
    """Return an open request as a reply shows it."""
    text = "\n".join(line.text for line in asked_in_full(asked))
    return RequestStatus(
        request_id=asked.id,
        task_id=asked.task_id,
        chamber=asked.chamber,
        kind=asked.kind,
        tool=asked.tool,
        asked=text if len(text) <= _ASKED_LIMIT else f"{text[:_ASKED_LIMIT]}…",
        asked_at=iso_time(asked.asked_at),
        like=asked.like,
        options=[[option.label for option in question.options] for question in questions_of(asked)],
    )


def unread_of(state: ProjectState, task_id: str, chamber: str = "") -> list[Interrupt]:
    """Return the unread interrupts of a task, or of one of its chambers, oldest first."""
    return [interrupt for interrupt in state.interrupts_of(task_id, chamber) if interrupt.is_unread]


def undelivered_of(state: ProjectState, task_id: str, chamber: str = "") -> list[InterruptStatus]:
    """Return the expired messages of a task, or of one of its chambers."""
    return [
        mail(interrupt)
        for interrupt in state.interrupts_of(task_id, chamber)
        if interrupt.state == "expired"
    ]


def discovery(shared: Discovery) -> DiscoverySummary:
    """Return a discovery as a reply shows it."""
    return DiscoverySummary(
        id=shared.id,
        text=shared.text,
        severity=shared.severity,
        impact=shared.impact,
        agent_id=shared.agent_id,
        chamber=shared.chamber,
        affects=list(shared.affects),
        pattern=shared.pattern,
        at=iso_time(shared.at),
    )


def phases(task: Task) -> list[PhaseStatus]:
    """Return a task's plan with the state of each phase."""
    last_begun = max((i for i, begun in enumerate(task.phases) if begun.started_at), default=-1)
    return [_phase(task, recorded, before=i < last_begun) for i, recorded in enumerate(task.phases)]


def _phase(task: Task, phase: Phase, *, before: bool) -> PhaseStatus:
    over = task.is_over
    return PhaseStatus(
        name=phase.name,
        state="finished"
        if phase.finished_at
        else "current"
        if phase.name == task.phase and not over
        else "skipped"
        if before or over
        else "pending",
        started_at=iso_time(phase.started_at),
        finished_at=iso_time(phase.finished_at),
        by=phase.by,
    )


def scope(chamber: Chamber) -> ChamberScope:
    """Return a chamber as other workers need to know it."""
    return ChamberScope(
        name=chamber.name, path=chamber.path, branch=chamber.branch, brief=chamber.brief
    )


def summary(chamber: Chamber, place: ClonePlace) -> ChamberSummary:
    """Return a chamber as a list shows it."""
    return ChamberSummary(
        name=chamber.name,
        state=chamber.state,
        path=chamber.path,
        branch=chamber.branch,
        saved_ref=chamber.saved_ref,
        note=chamber.note,
        clone=place.name,
        is_here=place.is_here,
        clone_heard_at=iso_time(place.heard_at),
        health=list(chamber.health) if chamber.is_live else [],
    )


def agent(recorded: Agent) -> AgentStatus:
    """Return an agent with its last recorded action."""
    return AgentStatus(
        agent_id=recorded.agent_id,
        chamber=recorded.chamber,
        actions=recorded.actions,
        last_action=recorded.last_action,
        last_result=in_short(recorded.last_result),
        last_at=iso_time(recorded.last_at),
    )


def saved(chambers: Iterable[Chamber]) -> list[SavedChamber]:
    """Return where the work of closed chambers is kept."""
    return [
        SavedChamber(
            chamber=chamber.name,
            ref=chamber.saved_ref,
            closed_at=iso_time(chamber.ended_at),
            note=chamber.note,
        )
        for chamber in chambers
        if chamber.saved_ref
    ]


def by_weight(shared: Discovery) -> tuple[int, int, str]:
    """Return the key that sorts discoveries: by severity, then the newest first."""
    return (("critical", "important", "info").index(shared.severity), -shared.at, shared.id)
