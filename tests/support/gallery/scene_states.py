"""Fixed project states for the gallery: what an orchestration looks like, at one fixed moment."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from orchestra_core.events import Event, EventData, Kind
from orchestra_core.models import (
    Chamber,
    ChamberState,
    Discovery,
    Document,
    Interrupt,
    Phase,
    Presence,
    Severity,
    Task,
)
from orchestra_core.names import branch_of, chamber_id
from orchestra_core.state import ProjectState
from orchestra_core.workers.transcript import TranscriptEntry

NOW = int(datetime(2026, 11, 23, 14, 4, 0, tzinfo=UTC).timestamp() * 1_000)
SECOND = 1_000
MINUTE = 60 * SECOND
TASK = "oauth2-login-rate-limits-4f1c"
WORKTREES = "/home/mira/shop/.claude/worktrees"


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a fixed source tells: a state (None: nothing yet), the feed, and perhaps an outage."""

    state: ProjectState | None = None
    events: Sequence[Event] = ()
    lost: str = ""
    activity: dict[str, Sequence[Presence]] = field(default_factory=dict[str, Sequence[Presence]])
    transcripts: dict[str, Sequence[TranscriptEntry]] = field(
        default_factory=dict[str, Sequence[TranscriptEntry]]
    )


def state_of(*documents: Document, presence: Sequence[Presence] = (), seq: int = 0) -> ProjectState:
    """Return a state that holds these documents."""
    state = ProjectState(seq=seq)
    for document in documents:
        state.put(document)
    for worker_presence in presence:
        state.presence[worker_presence.chamber_id] = worker_presence
    return state


def task(
    task_id: str = TASK,
    description: str = "Add OAuth2 login with rate limits, and an audit trail of sign-ins",
    *,
    state: Literal["open", "completing", "completed", "closed"] = "open",
    started: int = 18 * MINUTE,
    finished: int = 0,
) -> Task:
    """Return a task that began `started` ms ago."""
    phases = (
        Phase(name="planning", started_at=NOW - started, finished_at=NOW - started + 90 * SECOND),
        Phase(name="building", started_at=NOW - started + 90 * SECOND, by="conductor"),
        Phase(name="integration"),
    )
    return Task(
        id=task_id,
        description=description,
        complexity="complex",
        reasons=("touches three layers", "names security"),
        working_directory="/home/mira/shop",
        base_branch="main",
        base_commit="8c1f0ab2d4e6f8a0b2c4d6e8f0a1b3c5d7e9f1a3",
        state=state,
        phases=phases if state == "open" else (),
        phase="building" if state == "open" else "",
        actor="conductor",
        started_at=NOW - started,
        finished_at=NOW - finished if finished else 0,
        summary="OAuth2 login with PKCE; limits per account." if finished else "",
        landed_commit="2f7c9e1ab0d4f6a8c1e3b5d7f9a1c3e5b7d9f0a2" if state == "completed" else "",
    )


def chamber(
    name: str,
    *,
    task_id: str = TASK,
    state: ChamberState = "live",
    created: int = 16 * MINUTE,
    note: str = "",
    brief: str = "",
) -> Chamber:
    """Return a chamber that was opened `created` ms ago."""
    over = state in ("closed", "failed")
    return Chamber(
        id=chamber_id(task_id, name),
        task_id=task_id,
        name=name,
        state=state,
        path=f"{WORKTREES}/{name}",
        branch=branch_of(task_id, name),
        base_commit="8c1f0ab2d4e6f8a0b2c4d6e8f0a1b3c5d7e9f1a3",
        brief=brief,
        host="mira-laptop",
        created_at=NOW - created,
        ended_at=NOW - 2 * MINUTE if over else 0,
        note=note,
        ready_at=NOW - created,
    )


def discovery(
    number: int, text: str, severity: Severity, where: str, *, ago: int, pattern: bool = False
) -> Discovery:
    """Return a discovery made `ago` ms ago."""
    return Discovery(
        id=f"d{number}",
        task_id=TASK,
        agent_id=f"implementation-executor-{where}",
        chamber=where,
        text=text,
        severity=severity,
        impact="The other chambers must read the new column." if severity == "critical" else "",
        affects=("api", "database") if severity == "critical" else (),
        pattern=pattern,
        at=NOW - ago,
    )


def mail(number: int, where: str, message: str, *, sent: int, steps: Sequence[int]) -> Interrupt:
    """Return an interrupt sent `sent` ms ago; `steps` say after how many ms each step came."""
    at = [NOW - sent + step for step in steps] + [0, 0, 0]
    state = ("sent", "posted", "delivered", "acted")[len(steps)]
    return Interrupt(
        id=f"i{number}",
        task_id=TASK,
        chamber=where,
        message=message,
        actor="operator",
        state=state,
        sent_at=NOW - sent,
        posted_at=at[0],
        delivered_at=at[1],
        acted_at=at[2],
    )


def presence(where: str, tool: str, detail: str, *, since: int, idle: bool = False) -> Presence:
    """Return what a worker does since `since` ms."""
    return Presence(
        chamber_id=chamber_id(TASK, where),
        state="idle" if idle else "working",
        tool=tool,
        detail=detail,
        since=NOW - since,
        agent_id=f"implementation-executor-{where}",
    )


def event(seq: int, ago: int, kind: Kind, where: str = "", data: EventData | None = None) -> Event:
    """Return an event that happened `ago` ms ago."""
    return Event(
        seq=seq,
        at=NOW - ago,
        kind=kind,
        actor="conductor",
        task_id=TASK,
        chamber=where,
        data=data or EventData(),
    )
