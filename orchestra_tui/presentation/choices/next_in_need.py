"""Which worker needs the operator next, in any task."""

from orchestra_core.models import WorkerRequest
from orchestra_core.worker_state import Group
from orchestra_tui.presentation.indexed_state import IndexedState

_IN_NEED: tuple[Group, ...] = ("needs-you", "stuck")


def oldest_request(state: IndexedState) -> WorkerRequest | None:
    """Return the longest waiting request; None if there is none."""
    open_requests = [
        request
        for key, _ in state.workers.in_group("needs-you")
        for request in state.requests_of(key)
    ]
    return min(open_requests, key=lambda request: request.asked_at, default=None)


def anybody_in_need(state: IndexedState) -> bool:
    """Tell whether any worker needs somebody."""
    return any(group in state.workers.counts for group in _IN_NEED)


def next_in_need(state: IndexedState, current: str) -> str:
    """Return the next chamber, cyclically, whose worker needs somebody; "" for none.

    Workers that need the operator come before stuck ones; the longest waiting comes first.
    """
    keys = [
        key
        for group in _IN_NEED
        for key, _ in sorted(state.workers.in_group(group), key=lambda each: each[1].since)
    ]
    if not keys:
        return ""
    return keys[(keys.index(current) + 1) % len(keys)] if current in keys else keys[0]
