"""The one state of a chamber's worker, for the room, `status`, the title and the tools.

A worker is in the first group that fits, with the reason and the time since when. Other facts about
its chamber (conflicts, mail, uncommitted work, suspension) are shown next to the state and never
hide it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

from orchestra_core.models import (
    Chamber,
    Discovery,
    Interrupt,
    Presence,
    RequestKind,
    WorkerRequest,
)
from orchestra_core.settings import Settings
from orchestra_core.state import ProjectState
from orchestra_core.text import one_line
from orchestra_core.wording.ages import SECOND
from orchestra_core.wording.gates import PROVEN, verdict_words
from orchestra_core.wording.requests import asked_in_short

Group = Literal["needs-you", "stuck", "working", "ready", "held", "idle", "landed", "dropped"]
Cause = Literal[
    "",
    "permission",
    "question",
    "blocked",
    "failed",
    "unread",
    "critical",
    "silent",
    "gone",
    "killed",
    "aborted",
]
GROUPS: tuple[Group, ...] = get_args(Group)
RANK: Mapping[Group, int] = {group: rank for rank, group in enumerate(GROUPS)}
# Milliseconds within which an idle session is woken for its mail, if that is possible.
WAKING = 2_000
_REASON = 300  # characters
_QUESTION_TOOL = "AskUserQuestion"
_PLAN_TOOL = "ExitPlanMode"
_WITH_CHANGES = ("uncommitted", "committed")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerLimits:
    """After how many milliseconds something needs attention; 0 means never."""

    unread: int = 0  # unread mail
    silent: int = 0  # a worker that runs one tool, or reports nothing


def limits_of(settings: Settings) -> WorkerLimits:
    """Return the limits that a person has set."""
    return WorkerLimits(unread=settings.unread_limit * SECOND, silent=settings.stuck_limit * SECOND)


class WorkerState(NamedTuple):
    """A worker's group, the reason in one line, and since when.

    `due` is when time alone will change the state, 0 for never.
    """

    group: Group
    reason: str = ""
    since: int = 0
    cause: Cause = ""
    due: int = 0

    @property
    def has_work_to_land(self) -> bool:
        """Whether the worker has ended with changes, proven by gates or not."""
        return self.group in ("ready", "held")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """What is pending in a chamber, oldest first: unread messages, critical ones, open requests.

    `answered_at` is when its worker's last request was answered or withdrawn.
    """

    unread: Sequence[Interrupt] = ()
    critical: Sequence[Interrupt] = ()
    requests: Sequence[WorkerRequest] = ()
    answered_at: int = 0


def pending_of(
    interrupts: Iterable[Interrupt],
    discoveries: Mapping[str, Discovery],
    requests: Iterable[WorkerRequest] = (),
    answered_at: int = 0,
) -> Pending:
    """Return what is pending of a chamber's interrupts and requests, which are given oldest first.

    `answered_at` belongs to a request that is not among them.
    """
    unread = [interrupt for interrupt in interrupts if interrupt.is_unread]
    all_requests = [*requests]
    if not unread and not all_requests and not answered_at:
        return NOTHING_PENDING
    return Pending(
        unread=unread,
        critical=[interrupt for interrupt in unread if interrupt.is_critical(discoveries)],
        requests=[request for request in all_requests if request.is_open],
        answered_at=max((answered_at, *(request.ended_at for request in all_requests))),
    )


NOTHING_PENDING = Pending()


def worker_state(
    chamber: Chamber, presence: Presence | None, pending: Pending, limits: WorkerLimits, now: int
) -> WorkerState:
    """Return the state of a chamber's worker at the time `now`."""
    if not chamber.is_live:
        return _of_no_worker(chamber)
    presence = chamber.current(presence)
    asking = _asking(presence, pending)
    if asking is not None:
        return asking
    state = _at_work(chamber, presence, limits, now)
    unread, unread_due = _unread(pending, presence, limits, now)
    if unread is not None:
        return unread
    return _with_due(state, unread_due)


def worker_states(
    state: ProjectState, chambers: Iterable[Chamber], limits: WorkerLimits, now: int
) -> dict[str, WorkerState]:
    """Return the states of these chambers' workers by chamber id."""
    unread = state.unread_by_chamber()
    requests: dict[str, list[WorkerRequest]] = {}
    for request in sorted(
        state.requests.values(), key=lambda request: (request.asked_at, request.id)
    ):
        requests.setdefault(request.chamber_id, []).append(request)
    return {
        chamber.id: worker_state(
            chamber,
            state.presence.get(chamber.id),
            pending_of(unread.get(chamber.id, ()), state.discoveries, requests.get(chamber.id, ())),
            limits,
            now,
        )
        for chamber in chambers
    }


def count_groups(states: Iterable[WorkerState]) -> dict[Group, int]:
    """Return the number of workers in each group that has any, in the order of the groups."""
    counts = dict.fromkeys(GROUPS, 0)
    for state in states:
        counts[state.group] += 1
    return {group: count for group, count in counts.items() if count}


def _of_no_worker(chamber: Chamber) -> WorkerState:
    """Return the state of a chamber in which nobody can work."""
    note = one_line(chamber.note, _REASON)
    match chamber.state:
        case "creating":
            return WorkerState("working", "being made", chamber.created_at)
        case "closing":
            reason = f"closing: {note}" if note else "closing"
            return WorkerState("working", reason, chamber.ended_at)
        case "failed":
            return WorkerState("dropped", note, chamber.ended_at, "failed")
        case _:
            group: Group = "landed" if chamber.has_landed else "dropped"
            return WorkerState(group, note, chamber.ended_at)


def _asking(presence: Presence | None, pending: Pending) -> WorkerState | None:
    """Return the state of a worker that waits for a person, or that has failed."""
    if pending.requests:
        request, *others = pending.requests
        more = f" (and {len(others)} more)" if others else ""
        reason = f"{request.kind}: {one_line(asked_in_short(request), _REASON)}{more}"
        return WorkerState("needs-you", reason, request.asked_at, request.kind)
    if presence is None:
        return None
    if presence.state == "failed":
        reason = one_line(presence.message, _REASON) or "failed"
        return WorkerState("needs-you", reason, presence.since, "failed")
    if presence.state == "blocked":
        reason = f"blocked: {one_line(presence.detail, _REASON)}"
        return WorkerState("needs-you", reason, presence.since, "blocked")
    asks = _asked(presence)
    if asks is None or pending.answered_at >= presence.since:
        return None
    words = presence.detail if presence.tool in (_QUESTION_TOOL, _PLAN_TOOL) else doing(presence)
    reason = f"{asks}: {one_line(words, _REASON)}" if words else f"asks a {asks}"
    return WorkerState("needs-you", reason, presence.since, asks)


def _asked(presence: Presence) -> RequestKind | None:
    if presence.state == "working" and presence.tool == _QUESTION_TOOL:
        return "question"
    if presence.state == "working" and presence.tool == _PLAN_TOOL:
        return "permission"
    return (presence.asks or "permission") if presence.state == "waiting" else None


def doing(presence: Presence) -> str:
    """Return a worker's tool and its subject in one line: `Bash pytest -q`."""
    return one_line(f"{presence.tool} {presence.detail}", _REASON)


def _at_work(
    chamber: Chamber, presence: Presence | None, limits: WorkerLimits, now: int
) -> WorkerState:
    """Return the state of a worker that waits for nobody, without regard to its mail."""
    if presence is None:
        return WorkerState("idle", "no worker yet", chamber.created_at)
    since = presence.since
    match presence.state:
        case "gone":
            return WorkerState("stuck", "its process is gone", since, "gone")
        case "starting" | "working" | "waiting" | "blocked":
            return _running(presence, limits, now)
        case "killed":
            return WorkerState("idle", "killed", since, "killed")
        case "aborted":
            return WorkerState("idle", "its turn was interrupted", since, "aborted")
        case _:
            return _ended(chamber, presence)


_UNCHANGED = "ended without changes"
_ENDED = {"idle": "its turn has ended", "finished": "finished"}


def _ended(chamber: Chamber, presence: Presence) -> WorkerState:
    """Return the state of a worker whose turn has ended: only proven work is ready."""
    said = one_line(presence.message, _REASON) or _ENDED.get(presence.state, "")
    if chamber.work == "none":
        words = [_UNCHANGED, one_line(presence.message, _REASON)]
        return WorkerState("idle", ": ".join(filter(None, words)), presence.since)
    if chamber.work not in _WITH_CHANGES:
        return WorkerState("idle", said, presence.since)
    if chamber.verdict in PROVEN:
        return WorkerState("ready", said, presence.since)
    reason = ": ".join(words for words in (verdict_words(chamber.verdict), said) if words)
    return WorkerState("held", reason, presence.since)


def _running(presence: Presence, limits: WorkerLimits, now: int) -> WorkerState:
    reason = doing(presence) or ("starting" if presence.state == "starting" else "thinking")
    stuck_at = presence.since + limits.silent if limits.silent else 0
    if stuck_at and now >= stuck_at:
        return WorkerState("stuck", reason, presence.since, "silent")
    return WorkerState("working", reason, presence.since, due=stuck_at)


def _unread(
    pending: Pending, presence: Presence | None, limits: WorkerLimits, now: int
) -> tuple[WorkerState | None, int]:
    """Return the state of a worker that does not read its mail, or when it will have that state."""
    moments: list[int] = []
    if pending.critical and presence is not None and not presence.is_active:
        first = pending.critical[0]
        since = max(first.sent_at, presence.since)
        if now >= since + WAKING:
            reason = f"critical message unread: {one_line(first.message, _REASON)}"
            return WorkerState("needs-you", reason, first.sent_at, "critical"), 0
        moments.append(since + WAKING)
    if pending.unread and limits.unread:
        first = pending.unread[0]
        if now >= first.sent_at + limits.unread:
            reason = f"message unread: {one_line(first.message, _REASON)}"
            return WorkerState("needs-you", reason, first.sent_at, "unread"), 0
        moments.append(first.sent_at + limits.unread)
    return None, min(moments, default=0)


def _with_due(state: WorkerState, moment: int) -> WorkerState:
    if not moment:
        return state
    return state._replace(due=min(state.due, moment) if state.due else moment)
