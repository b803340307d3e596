"""Replies of complete_task in tests and scenes: dry runs, and a landing."""

from dataclasses import replace

from orchestra_core.replies.chambers import SavedChamber
from orchestra_core.replies.completion import CompletedTask, FileConflict, PlannedCommit
from tests.support.gallery.scene_states import TASK, WORKTREES

READY = CompletedTask(
    task_id=TASK,
    dry_run=True,
    completed=False,
    already_completed=False,
    state="open",
    base_branch="main",
    landed_commit="",
    commits=[PlannedCommit(chamber="api", files=["src/api/limits.py"], count=1)],
    merged=["database", "auth", "api"],
    notes=[],
    next_step="",
)
_AT_WORK = [
    "auth: its worker is still working (Edit src/auth/pkce.py)",
    "database: its worker has not read a critical message: 'orders.user_id is a UUID'",
]
_LIMITS = """\
<<<<<<< api
PER_MINUTE = 60
=======
PER_MINUTE = 30
>>>>>>> auth"""
HELD = {"complete_task": replace(READY, holds=_AT_WORK, notes=_AT_WORK)}
CONFLICTING = {
    "complete_task": replace(
        READY,
        merged=["database"],
        conflicts=[
            FileConflict(
                file="src/auth/limits.py",
                kind="content",
                between=["api", "auth"],
                lines=_LIMITS,
            )
        ],
        resolve=[f"git -C {WORKTREES}/auth merge orchestra/{TASK}/api"],
    )
}
LANDED = {
    "complete_task": replace(
        READY,
        dry_run=False,
        landed_commit="2f7c9e1ab0d4f6a8c1e3b5d7f9a1c3e5b7d9f0a2",
        merged=["database", "auth"],
        still_live=["api"],
        saved=[SavedChamber(chamber="docs", ref="refs/orchestra/saved/x", closed_at="", note="")],
        notes=["chamber 'api' was not chosen"],
    )
}
