"""Computes the status line's content from the view model and the tool calls."""

from orchestra_core.wording.gates import fails_together
from orchestra_tui.backend.protocols import ServerPhase, ServerStatus
from orchestra_tui.backend.view_model import ViewModel
from orchestra_tui.presentation.status_text import ServerState, Status, counts, latency

_SERVER: dict[ServerPhase, ServerState] = {
    "off": "starting",
    "starting": "starting",
    "ready": "ready",
    "restarting": "restarting",
    "failed": "stopped",
}


def status_of(
    view_model: ViewModel, server: ServerStatus, project: str, now: int, *, lacks_daemon: bool
) -> Status:
    """Return the current status."""
    tasks, chambers, unread = counts(view_model.state)
    conflicts = [view_model.state.conflicts[key] for key in view_model.state.open_conflicts]
    failing = [conflict for conflict in conflicts if fails_together(conflict)]
    return Status(
        link=view_model.link,
        link_since=view_model.link_since,
        reason=view_model.reason,
        server=_SERVER[server.phase],
        lacks_daemon=lacks_daemon,
        seq=view_model.state.documents.seq,
        tasks=tasks,
        chambers=chambers,
        unread=unread,
        held=len(view_model.state.landing.held),
        conflicts=len(conflicts) - len(failing),
        failing_together=len({side for conflict in failing for side in conflict.between}),
        overdue=len(view_model.state.overdue(now)),
        suspended=len(view_model.state.suspended_chambers),
        workers=view_model.state.workers.counts,
        latency=latency(view_model.state.interrupts.values()),
        project=project,
    )
