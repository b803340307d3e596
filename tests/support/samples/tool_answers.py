"""Whole answers of tools, for rooms that run without a server; a test names what it cares about."""

from collections.abc import Sequence

from orchestra_core.models import AnswerName, Level
from orchestra_core.replies.chambers import (
    ChamberStatus,
    ClosedChamber,
    CreatedChambers,
    OpenedChamber,
    ParallelStatus,
    RestoredChamber,
)
from orchestra_core.replies.completion import CompletedTask, FileConflict, PlannedCommit
from orchestra_core.replies.interrupts import CancelledInterrupt, ResumedWorker, SentInterrupt
from orchestra_core.replies.requests import AnsweredRequest
from orchestra_core.replies.tasks import StartedTask
from orchestra_core.replies.workers import WorkerStart, WorkerStop
from tests.support.gallery.scene_states import TASK

_NEXT = "Go on."
_BASE = "0" * 40
LANDING_PLAN = CompletedTask(
    task_id="add-login-1a2b",
    dry_run=True,
    completed=False,
    already_completed=False,
    state="open",
    base_branch="main",
    landed_commit="",
    commits=[PlannedCommit(chamber="auth", files=["a.py", "b.py"], count=2)],
    merged=["api", "auth"],
    notes=[],
    next_step="",
)
LANDING_CONFLICT = FileConflict(
    file="app.py", kind="content", between=["api", "auth"], lines="<<<<<<< api\nx"
)


def started_task(task_id: str, complexity: Level) -> StartedTask:
    return StartedTask(
        task_id=task_id,
        already_open=False,
        complexity=complexity,
        reasons=[],
        phases=["planning"],
        phase="planning",
        working_directory="/shop",
        base_branch="main",
        base_commit=_BASE,
        next_step=_NEXT,
    )


def created_chambers(*names: str) -> CreatedChambers:
    chambers = [
        OpenedChamber(
            name=name,
            path=f"/shop/.claude/worktrees/{name}",
            branch=f"orchestra/{TASK}/{name}",
            base_commit=_BASE,
            agent_id=f"implementation-executor-{name}",
            worker_prompt="Work.",
            proven_ready=True,
        )
        for name in names
    ]
    return CreatedChambers(
        task_id=TASK, already_live=False, chambers=chambers, notes=[], next_step=_NEXT
    )


def sent_interrupt(interrupt_id: str) -> SentInterrupt:
    return SentInterrupt(
        task_id=TASK,
        interrupt_id=interrupt_id,
        chamber="auth",
        requires="review",
        state="sent",
        already_sent=False,
        next_step=_NEXT,
    )


def cancelled_interrupt(interrupt_id: str, *, resumed: bool) -> CancelledInterrupt:
    return CancelledInterrupt(
        task_id=TASK,
        interrupt_id=interrupt_id,
        chamber="auth",
        already_cancelled=False,
        resumed=resumed,
        next_step=_NEXT,
    )


def resumed_worker(*, told: bool) -> ResumedWorker:
    return ResumedWorker(
        task_id=TASK, chamber="auth", was_suspended=True, told=told, next_step=_NEXT
    )


def worker_start(agent: str = "claude") -> WorkerStart:
    return WorkerStart(
        task_id=TASK,
        chamber="auth",
        agent=agent,
        policy="edits",
        state="asked",
        already_running=False,
        next_step=_NEXT,
    )


def worker_stop() -> WorkerStop:
    return WorkerStop(
        task_id=TASK, chamber="auth", was_running=True, state="running", next_step=_NEXT
    )


def closed_chamber(name: str, saved_ref: str) -> ClosedChamber:
    return ClosedChamber(
        task_id=TASK,
        chamber=name,
        already_closed=False,
        saved_ref=saved_ref,
        branch=f"orchestra/{TASK}/{name}",
        branch_kept=True,
        undelivered=[],
        next_step=_NEXT,
    )


def restored_chamber(name: str, path: str) -> RestoredChamber:
    return RestoredChamber(
        task_id=TASK,
        restored=True,
        chamber=name,
        path=path,
        branch=f"orchestra/{TASK}/{name}",
        saved_ref=f"refs/orchestra/saved/{TASK}/{name}/1",
        saved=[],
        next_step=_NEXT,
    )


def answered_request(request_id: str, answer: AnswerName) -> AnsweredRequest:
    return AnsweredRequest(
        task_id=TASK,
        request_id=request_id,
        chamber="auth",
        answer=answer,
        already_answered=False,
        next_step=_NEXT,
    )


def parallel_status(chambers: Sequence[ChamberStatus]) -> ParallelStatus:
    return ParallelStatus(
        task_id=TASK,
        state="open",
        phase="implementation",
        live=len(chambers),
        finished=0,
        unread=0,
        chambers=list(chambers),
        next_step=_NEXT,
    )


def chamber_size(
    name: str, files: int = 0, insertions: int = 0, deletions: int = 0
) -> ChamberStatus:
    return ChamberStatus(
        name=name,
        state="live",
        path=f"/shop/.claude/worktrees/{name}",
        branch=f"orchestra/{TASK}/{name}",
        worker="working",
        tool="",
        detail="",
        since="",
        last_message="",
        proven_ready=True,
        suspended_since="",
        agent_id="",
        last_action="",
        last_result="",
        files_changed=files,
        insertions=insertions,
        deletions=deletions,
        diff_note="",
        unread_interrupts=[],
        note="",
    )
