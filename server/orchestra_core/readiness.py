"""Whether a chamber is proven ready: its hook has answered, so that mail reaches its worker."""

from orchestra_core.models import Chamber, Presence


def is_proven(chamber: Chamber, presence: Presence | None) -> bool:
    """Tell whether a chamber's hook answered a handshake, or has reported since it was made."""
    return bool(chamber.ready_at) or (presence is not None and presence.since >= chamber.created_at)
