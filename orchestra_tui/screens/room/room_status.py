"""What the status line says, from the picture and the way to the tools."""

from orchestra_tui.backend.protocols import LinkPhase, LinkState
from orchestra_tui.backend.view_model import Picture
from orchestra_tui.presentation.status_text import ServerState, Status, counts, latency

_SERVER: dict[LinkPhase, ServerState] = {
    "off": "starting",
    "starting": "starting",
    "ready": "ready",
    "restarting": "restarting",
    "failed": "stopped",
}


def status_of(picture: Picture, server: LinkState, project: str, now: int) -> Status:
    """Return how things stand at this moment."""
    tasks, chambers, unread = counts(picture.board)
    return Status(
        link=picture.link,
        link_since=picture.link_since,
        reason=picture.reason,
        server=_SERVER[server.phase],
        seq=picture.board.state.seq,
        tasks=tasks,
        chambers=chambers,
        unread=unread,
        collisions=len(picture.board.colliding),
        overdue=len(picture.board.overdue(now)),
        suspended=len(picture.board.suspended_chambers),
        latency=latency(picture.board.state.interrupts.values()),
        project=project,
    )
