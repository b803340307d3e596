"""The project's state with indexes for the screen; applying an event takes constant time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from orchestra_core.clock import Clock, now_ms
from orchestra_core.clone.clone_places import ClonePlace, place_of
from orchestra_core.events import Event
from orchestra_core.models import (
    BASE,
    Agent,
    Chamber,
    Clone,
    Conflict,
    Discovery,
    Document,
    Heartbeat,
    Interrupt,
    Presence,
    Task,
    WorkerRequest,
)
from orchestra_core.names import chamber_id
from orchestra_core.state import ProjectState
from orchestra_core.worker_state import RANK, WorkerLimits, WorkerState
from orchestra_core.workers.day_account import DayAccount
from orchestra_core.workers.started_worker import StartedWorker
from orchestra_tui.presentation.board.chamber_order import ChamberOrder, Need
from orchestra_tui.presentation.landing.landing_index import LandingIndex
from orchestra_tui.presentation.worker_index import WorkerIndex

_WAITING = ("needs-you", "stuck")
_FIRST_ENDED = RANK["landed"]


class Diff(NamedTuple):
    """How much a chamber differs from the commit it started from."""

    files: int
    insertions: int
    deletions: int


@dataclass(slots=True)
class ChangedRows:
    """Keys of the rows that an update changed, and the lists whose members or order changed.

    `workers` are the chambers whose workers' state changed.
    """

    tasks: set[str] = field(default_factory=set[str])
    chambers: set[str] = field(default_factory=set[str])
    discoveries: set[str] = field(default_factory=set[str])
    workers: set[str] = field(default_factory=set[str])
    task_order: bool = False
    chamber_order: bool = False
    discovery_order: bool = False

    def add(self, other: "ChangedRows") -> None:
        """Add what another update changed."""
        self.tasks |= other.tasks
        self.chambers |= other.chambers
        self.discoveries |= other.discoveries
        self.workers |= other.workers
        self.task_order |= other.task_order
        self.chamber_order |= other.chamber_order
        self.discovery_order |= other.discovery_order


class IndexedState:
    """What tables, details and the status line read; `load` it, then apply events."""

    def __init__(self, state: ProjectState | None = None, clock: Clock = now_ms) -> None:
        self.diffs: dict[str, Diff] = {}
        self.own_clone = ""  # the id of the clone that the room is in; "" while unknown
        self.workers = WorkerIndex(clock)
        self.load(state or ProjectState())

    def load(self, state: ProjectState) -> None:
        """Start again from a snapshot, which this object owns from then on."""
        self.documents = state
        self.tasks = state.tasks
        self.chambers = state.chambers
        self.agents = state.agents
        self.discoveries = state.discoveries
        self.interrupts = state.interrupts
        self.requests = state.requests
        self.started_workers = state.workers
        self.days = state.days
        self.conflicts = state.conflicts
        self.presence = state.presence
        self._chambers_of: dict[str, list[str]] = {}
        self._mail_of: dict[str, list[str]] = {}
        self._discoveries_of: dict[str, list[str]] = {}
        self.open_tasks = {task.id for task in state.tasks.values() if not task.is_over}
        self.standing_chambers: set[str] = set()
        self.suspended_chambers: set[str] = set()  # standing and suspended
        self.unread_mail: set[str] = set()
        self._conflicts_of: dict[str, set[str]] = {}
        self.open_conflicts: set[str] = set()
        for chamber in state.chambers.values():
            self._chambers_of.setdefault(chamber.task_id, []).append(chamber.id)
            self._index_chamber(chamber)
        for interrupt in state.interrupts.values():
            self._index_interrupt(interrupt)
        for discovery in state.discoveries.values():
            self._discoveries_of.setdefault(discovery.task_id, []).append(discovery.id)
        for conflict in state.conflicts.values():
            self._index_conflict(conflict)
        self._load_workers()

    def _load_workers(self) -> None:
        self.workers.load(self.documents)
        self.landing = LandingIndex()
        self._order = ChamberOrder()
        for chamber in self.chambers.values():
            self._update_landing(chamber)
            self._order.put(chamber.id, self._need(chamber))

    @property
    def limits(self) -> WorkerLimits:
        """After how long unread mail is overdue and a silent worker is stuck."""
        return self.workers.limits

    @limits.setter
    def limits(self, limits: WorkerLimits) -> None:
        self.workers.limits = limits
        self._load_workers()

    @property
    def unread_limit(self) -> int:
        """After how many ms unread mail is overdue; 0 for never."""
        return self.workers.limits.unread

    def worker_of(self, chamber: Chamber) -> WorkerState:
        """Return the state of a chamber's worker."""
        return self.workers.of(chamber)

    def refresh_workers(self) -> ChangedRows:
        """Recompute the states that time alone has changed."""
        return self._update_workers(self.workers.overdue())

    def apply(self, event: Event) -> ChangedRows:
        """Apply one event and return the rows it changes: none for an event applied before."""
        changed_rows = ChangedRows()
        if event.seq <= self.documents.seq:
            return changed_rows
        for document in event.data.documents():
            self._apply_document(document, changed_rows)
        if event.data.removed:
            self._forget(event.task_id, event.data.removed, changed_rows)
        self.documents.apply(event)
        changed_rows.add(self._update_workers(changed_rows.chambers))
        if event.data.clone is not None:
            changed_rows.chambers |= self._chambers_elsewhere()
        return changed_rows

    def report_presence(self, presence: Presence) -> ChangedRows:
        """Store a worker's latest report."""
        self.presence[presence.chamber_id] = presence
        changed_rows = ChangedRows(chambers={presence.chamber_id})
        changed_rows.add(self._update_workers(changed_rows.chambers))
        return changed_rows

    def hear_clones(self, heartbeats: Mapping[str, Heartbeat]) -> ChangedRows:
        """Take when each clone was last heard."""
        self.documents.heartbeats = dict(heartbeats)
        return ChangedRows(chambers=self._chambers_elsewhere())

    def running_worker(self, chamber: Chamber) -> StartedWorker | None:
        """Return the agent that Orchestra runs in a chamber; None if it runs none."""
        worker = self.started_workers.get(chamber.id)
        return worker if worker is not None and not worker.is_over else None

    def has_worker(self, chamber: Chamber) -> bool:
        """Tell whether a worker is there: a started one, or another one in a turn."""
        presence = chamber.current(self.presence.get(chamber.id))
        return self.running_worker(chamber) is not None or (
            presence is not None and presence.is_active
        )

    def place_elsewhere(self, chamber: Chamber, now: int) -> ClonePlace | None:
        """Return where a standing chamber of another clone is; None for this clone's."""
        if not (self.own_clone and chamber.clone and chamber.is_standing):
            return None
        place = place_of(chamber, self.documents, self.own_clone, now)
        return None if place.is_here else place

    def chambers_of(self, task_id: str) -> list[Chamber]:
        """Return a task's chambers, in the order of their creation."""
        return [self.chambers[key] for key in self._chambers_of.get(task_id, ())]

    def mail_of(self, key: str) -> list[Interrupt]:
        """Return a chamber's interrupts, oldest first."""
        return [self.interrupts[interrupt_id] for interrupt_id in self._mail_of.get(key, ())]

    def requests_of(self, key: str) -> list[WorkerRequest]:
        """Return what a chamber's worker waits for, oldest first."""
        return self.workers.requests_of(key)

    def conflicts_of(self, key: str) -> list[Conflict]:
        """Return a standing chamber's current conflicts, oldest first."""
        if key not in self.standing_chambers:
            return []
        conflicts = (self.conflicts[conflict_id] for conflict_id in self._conflicts_of.get(key, ()))
        return sorted(conflicts, key=lambda conflict: (conflict.since, conflict.id))

    def overdue(self, now: int) -> list[Interrupt]:
        """Return the mail that has been unread for longer than the limit, oldest first."""
        unread = (self.interrupts[key] for key in self.unread_mail)
        overdue = [
            interrupt for interrupt in unread if is_overdue(interrupt, now, self.unread_limit)
        ]
        return sorted(overdue, key=lambda interrupt: (interrupt.sent_at, interrupt.id))

    def next_overdue(self, now: int) -> int:
        """Return when more mail becomes overdue; 0 if none will."""
        if not self.unread_limit:
            return 0
        sent = (self.interrupts[key].sent_at for key in self.unread_mail)
        moments = (at + self.unread_limit for at in sent)
        return min((moment for moment in moments if moment > now), default=0)

    def discoveries_of(self, task_id: str) -> list[Discovery]:
        """Return a task's discoveries, oldest first."""
        return [self.discoveries[key] for key in self._discoveries_of.get(task_id, ())]

    def live_chambers(self, task_id: str) -> int:
        """Return how many of a task's chambers are standing."""
        counts = self.workers.counts_of(task_id)
        return sum(count for group, count in counts.items() if RANK[group] < _FIRST_ENDED)

    def task_keys(self) -> list[str]:
        """Return the ids of all tasks: open ones before ended ones, newest first."""
        return [task.id for task in sorted(self.tasks.values(), key=_task_order)]

    def chamber_keys(self, task_id: str = "", *, ended: bool = True) -> Sequence[str]:
        """Return the ids of a task's chambers, or of all, by group; those in need come first.

        Within a group the newest comes first, but if somebody has to act, the longest waiting.
        Without `ended`, only standing ones are returned.
        """
        if not task_id:
            return self._order.keys if ended else self._order.keys_below(_FIRST_ENDED)
        chambers = sorted(self.chambers_of(task_id), key=self._need)
        return [chamber.id for chamber in chambers if ended or chamber.is_standing]

    def discovery_keys(self, task_id: str = "") -> list[str]:
        """Return the ids of a task's discoveries, or of all, the newest first."""
        discoveries = self.discoveries_of(task_id) if task_id else self.discoveries.values()
        return [discovery.id for discovery in sorted(discoveries, key=_discovery_order)]

    def _apply_document(self, document: Document, changed_rows: ChangedRows) -> None:
        match document:
            case Task():
                self._index_task(document, changed_rows)
            case Chamber():
                self._change_chamber(document, changed_rows)
            case Discovery():
                self._index_discovery(document, changed_rows)
            case Interrupt():
                self._index_interrupt(document)
                self.workers.take_mail(document)
                changed_rows.chambers.add(document.chamber_id)
            case WorkerRequest():
                self.workers.take_request(document)
                changed_rows.chambers.add(document.chamber_id)
            case Conflict():
                changed_rows.chambers |= self._index_conflict(document)
            case Clone() | DayAccount():
                pass  # the rows it changes are known only after it is applied
            case Agent() | StartedWorker():
                changed_rows.tasks.add(document.task_id)
                if document.chamber:
                    changed_rows.chambers.add(chamber_id(document.task_id, document.chamber))

    def _need(self, chamber: Chamber) -> Need:
        worker = self.workers.of(chamber)
        waits = worker.since if worker.group in _WAITING else 0
        group = "held" if self.landing.holds_of(chamber.id) else worker.group
        return RANK[group], waits, -chamber.created_at, chamber.name

    def ended_chambers(self) -> list[Chamber]:
        """Return the chambers that are over, of all tasks."""
        standing = len(self._order.keys_below(_FIRST_ENDED))
        return [self.chambers[key] for key in self._order.keys[standing:]]

    def _update_workers(self, keys: Iterable[str]) -> ChangedRows:
        changed_rows = ChangedRows()
        for key in keys:
            chamber = self.chambers.get(key)
            if chamber is None:
                continue
            if self.workers.update(chamber):
                changed_rows.chambers.add(key)
                changed_rows.tasks.add(chamber.task_id)
                changed_rows.workers.add(key)
            moved = self._update_landing(chamber)
            if moved:
                changed_rows.tasks.add(chamber.task_id)
            if self._order.put(key, self._need(chamber)) or moved:
                changed_rows.chambers.add(key)
                changed_rows.chamber_order = True
        return changed_rows

    def _update_landing(self, chamber: Chamber) -> bool:
        key = chamber.id
        worker = self.workers.of(chamber)
        conflicts = self.conflicts_of(key) if worker.has_work_to_land else ()
        return self.landing.update(chamber, worker, conflicts, self.workers.critical_of(key))

    def _chambers_elsewhere(self) -> set[str]:
        chambers = (self.chambers[key] for key in self.standing_chambers)
        return {chamber.id for chamber in chambers if chamber.clone != self.own_clone}

    def _forget(
        self, task_id: str, removed: Mapping[str, Sequence[str]], changed_rows: ChangedRows
    ) -> None:
        """Drop archived documents from every index; their rows are no longer shown."""
        self.open_tasks.discard(task_id)
        self._discoveries_of.pop(task_id, None)
        chamber_keys = self._chambers_of.pop(task_id, [])
        self.workers.forget(task_id, chamber_keys)
        self.landing.forget(task_id, chamber_keys)
        self._order.drop(chamber_keys)
        for chamber_key in chamber_keys:
            self._mail_of.pop(chamber_key, None)
            self._conflicts_of.pop(chamber_key, None)
            self.standing_chambers.discard(chamber_key)
            self.suspended_chambers.discard(chamber_key)
        self.unread_mail.difference_update(removed.get("interrupts", ()))
        self.open_conflicts.difference_update(removed.get("collisions", ()))
        changed_rows.task_order = changed_rows.chamber_order = changed_rows.discovery_order = True

    def _index_task(self, task: Task, changed_rows: ChangedRows) -> None:
        before = self.tasks.get(task.id)
        _set_member(self.open_tasks, task.id, present=not task.is_over)
        changed_rows.tasks.add(task.id)
        changed_rows.task_order |= before is None or _task_order(before) != _task_order(task)

    def _change_chamber(self, chamber: Chamber, changed_rows: ChangedRows) -> None:
        before = self.chambers.get(chamber.id)
        if before is None:
            self._chambers_of.setdefault(chamber.task_id, []).append(chamber.id)
        self._index_chamber(chamber)
        changed_rows.chambers.add(chamber.id)
        changed_rows.tasks.add(chamber.task_id)
        changed_rows.chamber_order |= before is None or before.state != chamber.state

    def _index_chamber(self, chamber: Chamber) -> None:
        stands = chamber.is_standing
        _set_member(self.standing_chambers, chamber.id, present=stands)
        suspended = stands and chamber.suspended_at > 0
        _set_member(self.suspended_chambers, chamber.id, present=suspended)

    def _index_discovery(self, discovery: Discovery, changed_rows: ChangedRows) -> None:
        if discovery.id not in self.discoveries:
            self._discoveries_of.setdefault(discovery.task_id, []).append(discovery.id)
            changed_rows.discovery_order = True
        changed_rows.discoveries.add(discovery.id)

    def _index_interrupt(self, interrupt: Interrupt) -> None:
        key = interrupt.chamber_id
        filed = self._mail_of.setdefault(key, [])
        if not filed or (filed[-1] != interrupt.id and interrupt.id not in filed):
            filed.append(interrupt.id)
        _set_member(self.unread_mail, interrupt.id, present=interrupt.is_unread)

    def _index_conflict(self, conflict: Conflict) -> set[str]:
        """Index a conflict and return the chambers on its sides."""
        chambers = {side for side in conflict.between if side != BASE}
        present = not conflict.is_over
        for chamber in chambers:
            _set_member(self._conflicts_of.setdefault(chamber, set()), conflict.id, present=present)
        _set_member(self.open_conflicts, conflict.id, present=present)
        return chambers


def is_overdue(interrupt: Interrupt, now: int, limit: int) -> bool:
    """Tell whether a message has been unread for `limit` ms or more; 0 means never."""
    return limit > 0 and interrupt.is_unread and now - interrupt.sent_at >= limit


def _set_member(keys: set[str], key: str, *, present: bool) -> None:
    if present:
        keys.add(key)
    else:
        keys.discard(key)


def _task_order(task: Task) -> tuple[bool, int, str]:
    return (task.is_over, -task.started_at, task.id)


def _discovery_order(discovery: Discovery) -> tuple[int, str]:
    return (-discovery.at, discovery.id)
