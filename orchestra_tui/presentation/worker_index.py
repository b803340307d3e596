"""The states of the workers in standing chambers, computed once per change and not per frame."""

from collections.abc import Iterable, Mapping

from orchestra_core.clock import Clock
from orchestra_core.models import Chamber, Interrupt, WorkerRequest
from orchestra_core.state import ProjectState
from orchestra_core.wording.ages import earliest
from orchestra_core.worker_state import (
    GROUPS,
    Group,
    WorkerLimits,
    WorkerState,
    pending_of,
    worker_state,
)


class WorkerIndex:
    """Keeps each worker's state and the number of workers in each group."""

    def __init__(self, clock: Clock) -> None:
        self.limits = WorkerLimits()
        self.clock = clock
        self._documents = ProjectState()
        self._states: dict[str, WorkerState] = {}
        self._counts: dict[Group, int] = dict.fromkeys(GROUPS, 0)
        self._counts_of: dict[str, dict[Group, int]] = {}  # by task, without zeros
        self._group_of: dict[str, Group] = {}  # by chamber, ended ones too
        self._unread_of: dict[str, dict[str, Interrupt]] = {}
        self._requests_of: dict[str, dict[str, WorkerRequest]] = {}
        self._answered_at: dict[str, int] = {}

    def load(self, documents: ProjectState) -> None:
        """Start again from a snapshot."""
        self._documents = documents
        self._states.clear()
        self._counts = dict.fromkeys(GROUPS, 0)
        self._counts_of, self._group_of = {}, {}
        self._unread_of = {
            key: {interrupt.id: interrupt for interrupt in unread}
            for key, unread in documents.unread_by_chamber().items()
        }
        self._requests_of, self._answered_at = {}, {}
        for request in documents.requests.values():
            self.take_request(request)
        for chamber in documents.chambers.values():
            self.update(chamber)

    @property
    def counts(self) -> dict[Group, int]:
        """How many workers of standing chambers are in each group that has any."""
        return {group: count for group, count in self._counts.items() if count}

    def counts_of(self, task_id: str) -> Mapping[Group, int]:
        """Return how many of a task's chambers are in each group that has any, ended ones too."""
        counts = self._counts_of.get(task_id, {})
        return {group: counts[group] for group in GROUPS if group in counts}

    @property
    def next_due(self) -> int:
        """When time alone changes a state (ms); 0 for never."""
        return earliest(*(state.due for state in self._states.values()))

    def in_group(self, group: Group) -> list[tuple[str, WorkerState]]:
        """Return the workers of standing chambers that are in a group, by their chambers' ids."""
        if not self._counts[group]:
            return []
        return [(key, state) for key, state in self._states.items() if state.group == group]

    def overdue(self) -> list[str]:
        """Return the ids of the chambers whose worker's state has changed by time alone."""
        now = self.clock()
        return [key for key, state in self._states.items() if 0 < state.due <= now]

    def of(self, chamber: Chamber) -> WorkerState:
        """Return the state of a chamber's worker."""
        return self._states.get(chamber.id) or self._compute(chamber)

    def requests_of(self, key: str) -> list[WorkerRequest]:
        """Return the open requests of a chamber's worker, oldest first."""
        open_requests = self._requests_of.get(key, {}).values()
        return sorted(open_requests, key=lambda request: (request.asked_at, request.id))

    def critical_of(self, key: str) -> list[Interrupt]:
        """Return the critical messages that a chamber's worker has not read."""
        discoveries = self._documents.discoveries
        unread = self._unread_of.get(key, {}).values()
        return [interrupt for interrupt in unread if interrupt.is_critical(discoveries)]

    def take_mail(self, interrupt: Interrupt) -> None:
        """Take a message's new state; `update` of its chamber follows."""
        unread = self._unread_of.setdefault(interrupt.chamber_id, {})
        if interrupt.is_unread:
            unread[interrupt.id] = interrupt
        else:
            unread.pop(interrupt.id, None)

    def take_request(self, request: WorkerRequest) -> None:
        """Take a request's new state; `update` of its chamber follows."""
        key = request.chamber_id
        open_requests = self._requests_of.setdefault(key, {})
        if request.is_open:
            open_requests[request.id] = request
        else:
            open_requests.pop(request.id, None)
            self._answered_at[key] = max(self._answered_at.get(key, 0), request.ended_at)

    def update(self, chamber: Chamber) -> bool:
        """Recompute a worker's state; return whether its group or cause has changed."""
        before = self._states.pop(chamber.id, None)
        if before is not None:
            self._counts[before.group] -= 1
        state = self._compute(chamber)
        self._regroup(chamber.task_id, chamber.id, state.group)
        if not chamber.is_standing:
            return before is not None
        self._states[chamber.id] = state
        self._counts[state.group] += 1
        return before is None or (before.group, before.cause) != (state.group, state.cause)

    def forget(self, task_id: str, keys: Iterable[str]) -> None:
        """Drop a task's archived chambers."""
        for key in keys:
            self._unread_of.pop(key, None)
            self._requests_of.pop(key, None)
            self._answered_at.pop(key, None)
            self._regroup(task_id, key, None)
            state = self._states.pop(key, None)
            if state is not None:
                self._counts[state.group] -= 1

    def _regroup(self, task_id: str, key: str, group: Group | None) -> None:
        before = self._group_of.pop(key, None)
        counts = self._counts_of.setdefault(task_id, {})
        if before is not None:
            counts[before] -= 1
            if not counts[before]:
                del counts[before]
        if group is not None:
            self._group_of[key] = group
            counts[group] = counts.get(group, 0) + 1

    def _compute(self, chamber: Chamber) -> WorkerState:
        key = chamber.id
        pending = pending_of(
            self._unread_of.get(key, {}).values(),
            self._documents.discoveries,
            self.requests_of(key),
            self._answered_at.get(key, 0),
        )
        presence = self._documents.presence.get(key)
        return worker_state(chamber, presence, pending, self.limits, self.clock())
