"""The state of a project as one object, and the one function that applies an event to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, NamedTuple

from msgspec import Struct

from orchestra_core.events import Event, Position
from orchestra_core.models import (
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
from orchestra_core.workers.day_account import DayAccount
from orchestra_core.workers.started_worker import StartedWorker


class ArchivedTask(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An ended task with all that belongs to it, as the archive keeps it."""

    task: Task
    chambers: tuple[Chamber, ...] = ()
    agents: tuple[Agent, ...] = ()
    discoveries: tuple[Discovery, ...] = ()
    interrupts: tuple[Interrupt, ...] = ()
    requests: tuple[WorkerRequest, ...] = ()
    workers: tuple[StartedWorker, ...] = ()
    conflicts: tuple[Conflict, ...] = ()

    def documents(self) -> tuple[Document, ...]:
        """Return all its documents, the task first."""
        return (self.task, *chain.from_iterable(self.lists()))

    def lists(self) -> tuple[tuple[Document, ...], ...]:
        """Return its documents by kind, without the task."""
        return (
            self.chambers,
            self.agents,
            self.discoveries,
            self.interrupts,
            self.requests,
            self.workers,
            self.conflicts,
        )


class UnreadableDocument(NamedTuple):
    """A document that this version cannot read; the rest of the state does without it."""

    key: str
    field: str
    reason: str


_FIELDS: Mapping[type[Document], str] = {
    Task: "tasks",
    Chamber: "chambers",
    Agent: "agents",
    Discovery: "discoveries",
    Interrupt: "interrupts",
    WorkerRequest: "requests",
    StartedWorker: "workers",
    Conflict: "conflicts",
    Clone: "clones",
    DayAccount: "days",
}


@dataclass(slots=True)
class ProjectState:
    """Everything known of a project after event `seq`: each kind of document by id."""

    seq: int = 0
    nonce: int = 0  # of that event
    tasks: dict[str, Task] = field(default_factory=dict[str, Task])
    chambers: dict[str, Chamber] = field(default_factory=dict[str, Chamber])
    agents: dict[str, Agent] = field(default_factory=dict[str, Agent])
    discoveries: dict[str, Discovery] = field(default_factory=dict[str, Discovery])
    interrupts: dict[str, Interrupt] = field(default_factory=dict[str, Interrupt])
    requests: dict[str, WorkerRequest] = field(default_factory=dict[str, WorkerRequest])
    workers: dict[str, StartedWorker] = field(default_factory=dict[str, StartedWorker])  # chambers'
    conflicts: dict[str, Conflict] = field(default_factory=dict[str, Conflict])
    clones: dict[str, Clone] = field(default_factory=dict[str, Clone])
    days: dict[str, DayAccount] = field(default_factory=dict[str, DayAccount])
    heartbeats: dict[str, Heartbeat] = field(default_factory=dict[str, Heartbeat])  # by clone id
    presence: dict[str, Presence] = field(default_factory=dict[str, Presence])
    archived: int = 0  # how many ended tasks the archive holds
    unreadable: tuple[UnreadableDocument, ...] = ()

    @property
    def position(self) -> Position:
        """The position in the history that this state reflects."""
        return Position(self.seq, self.nonce)

    def put(self, document: Document) -> None:
        """Store one document's new value."""
        getattr(self, _FIELDS[type(document)])[document.id] = document

    def of_kind(self, name: str) -> Mapping[str, Document]:
        """Return the documents of one kind, by the name of their hash."""
        return self._kinds()[name]

    def add(self, archived: ArchivedTask) -> None:
        """Add an archived task to the live ones."""
        for document in archived.documents():
            self.put(document)

    def _kinds(self) -> dict[str, dict[str, Any]]:
        return {
            "tasks": self.tasks,
            "chambers": self.chambers,
            "agents": self.agents,
            "discoveries": self.discoveries,
            "interrupts": self.interrupts,
            "requests": self.requests,
            "workers": self.workers,
            "collisions": self.conflicts,
            "clones": self.clones,
            "days": self.days,
        }

    def _remove(self, removed: Mapping[str, Sequence[str]]) -> None:
        kinds = self._kinds()
        for name, ids in removed.items():
            for identifier in ids:
                kinds[name].pop(identifier, None)
                if name == "chambers":
                    self.presence.pop(identifier, None)

    def chambers_of(self, task_id: str) -> list[Chamber]:
        """Return a task's chambers in the order they were created."""
        own_chambers = [chamber for chamber in self.chambers.values() if chamber.task_id == task_id]
        return sorted(own_chambers, key=lambda chamber: (chamber.created_at, chamber.name))

    def interrupts_of(self, task_id: str, chamber: str = "") -> list[Interrupt]:
        """Return the interrupts to a task's workers, or to one chamber's by name; oldest first."""
        own_interrupts = [
            interrupt
            for interrupt in self.interrupts.values()
            if interrupt.task_id == task_id and chamber in {"", interrupt.chamber}
        ]
        return sorted(own_interrupts, key=lambda interrupt: (interrupt.sent_at, interrupt.id))

    def unread_by_chamber(self) -> dict[str, list[Interrupt]]:
        """Return the unread interrupts of each chamber that has any, by its id, oldest first."""
        unread: dict[str, list[Interrupt]] = {}
        for interrupt in self.interrupts.values():
            if interrupt.is_unread:
                unread.setdefault(interrupt.chamber_id, []).append(interrupt)
        for mail in unread.values():
            mail.sort(key=lambda interrupt: (interrupt.sent_at, interrupt.id))
        return unread

    def open_requests_by_chamber(self) -> dict[str, list[WorkerRequest]]:
        """Return the open requests of each chamber that has any, by its id, oldest first."""
        requests: dict[str, list[WorkerRequest]] = {}
        for request in sorted(
            self.requests.values(), key=lambda request: (request.asked_at, request.id)
        ):
            if request.is_open:
                requests.setdefault(request.chamber_id, []).append(request)
        return requests

    def conflicts_by_chamber(self) -> dict[str, list[Conflict]]:
        """Return the present conflicts of each chamber that has any, by its id."""
        conflicts: dict[str, list[Conflict]] = {}
        for conflict in sorted(
            self.conflicts.values(), key=lambda conflict: (conflict.since, conflict.id)
        ):
            if not conflict.is_over:
                for side in conflict.between:
                    conflicts.setdefault(side, []).append(conflict)
        return conflicts

    def apply(self, event: Event) -> bool:
        """Apply `event`; return False, without a change, if it was applied before."""
        if event.seq <= self.seq:
            return False
        for document in event.data.documents():
            self.put(document)
        if event.data.removed:
            self._remove(event.data.removed)
            self.archived += 1
        elif event.kind == "task.recalled" and event.data.task is not None:
            self.archived -= 1
        self.seq, self.nonce = event.position
        return True
