"""Tells from its reports whether a chamber's worker is still running."""

from orchestra_core.models import Chamber
from orchestra_core.state import ProjectState
from orchestra_core.text import one_line

# Milliseconds. A worker reports each tool it starts, and few tools run longer; a killed worker
# reports nothing more.
_RECENT = 15 * 60_000
_WORDS = 60  # characters


def describe_activity(state: ProjectState, chamber: Chamber, now: int) -> str:
    """Return what the chamber's worker is doing, such as "working (Bash pytest)"; "" for nothing.

    A report does not count if it is older than the chamber or fifteen minutes, or if it is the only
    call of a session that nobody prompted.
    """
    presence = state.presence.get(chamber.id)
    if presence is None or not presence.is_at_work:
        return ""
    if presence.since < chamber.created_at or now - presence.since > _RECENT:
        return ""
    doing = one_line(f"{presence.tool} {presence.detail}", _WORDS)
    return f"{presence.state} ({doing})" if doing else presence.state
