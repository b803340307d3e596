"""Whether a chamber's worker is still running, as far as its reports tell."""

from orchestra_core.models import Chamber
from orchestra_core.state import ProjectState
from orchestra_core.text import one_line

# Milliseconds. A worker reports each tool it starts, and few of those run longer; one that was
# killed reports nothing more.
_RECENT = 15 * 60_000
_WORDS = 60  # characters


def describe_activity(state: ProjectState, chamber: Chamber, now: int) -> str:
    """Return what the chamber's worker does now, such as "working (Bash pytest)", "" for nothing.

    A report from before the chamber was made, or older than fifteen minutes, tells nothing.
    """
    presence = state.presence.get(chamber.id)
    if presence is None or not presence.is_active:
        return ""
    if presence.since < chamber.created_at or now - presence.since > _RECENT:
        return ""
    doing = one_line(f"{presence.tool} {presence.detail}", _WORDS)
    return f"{presence.state} ({doing})" if doing else presence.state
