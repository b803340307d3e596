"""Moves ended tasks out of the live documents, so that changes read only what is still open.

The last ones stay, because people still look at them. The others are in one hash, each whole task
in one field, ordered by the time of their end; they are read page by page.
"""

from collections.abc import AsyncGenerator, Sequence
from functools import partial

from orchestra_core.change import Change
from orchestra_core.events import Event, EventData
from orchestra_core.models import Document, Task
from orchestra_core.state import ArchivedTask, ProjectState
from orchestra_core.store.documents import hash_of
from orchestra_core.store.reads import Reads
from orchestra_core.store.store import Store

# How many ended tasks stay live, and how many more there may be before the oldest are moved.
KEPT = 10
SLACK = 5
_AT_ONCE = 20
_PAGE = 100


def is_due(state: ProjectState) -> bool:
    """Tell whether enough tasks have ended to move some into the archive."""
    return sum(task.is_over for task in state.tasks.values()) > KEPT + SLACK


async def archive_ended(store: Store, now: int, keep: int = KEPT) -> int:
    """Move all but the last `keep` ended tasks into the archive; return how many were moved.

    A task that changes meanwhile stays until another time.
    """
    moved = 0
    going = ended_beyond(await store.snapshot(), keep)
    for start in range(0, len(going), _AT_ONCE):
        batch = going[start : start + _AT_ONCE]
        committed = await store.transact(partial(_archive, batch, now))
        moved += len(committed.events)
    return moved


def ended_beyond(state: ProjectState, keep: int) -> list[ArchivedTask]:
    """Return all but the last `keep` ended tasks, each with everything that belongs to it."""
    ended = sorted(
        (task for task in state.tasks.values() if task.is_over),
        key=lambda task: (task.finished_at, task.id),
    )
    going = {task.id: list[Document]() for task in ended[: max(0, len(ended) - keep)]}
    standing = {chamber.task_id for chamber in state.chambers.values() if chamber.is_standing}
    unread = {interrupt.task_id for interrupt in state.interrupts.values() if interrupt.is_unread}
    for name in ("chambers", "agents", "discoveries", "interrupts", "requests", "workers"):
        for document in state.of_kind(name).values():
            if document.task_id in going:  # type: ignore[union-attr]
                going[document.task_id].append(document)  # type: ignore[union-attr]
    for conflict in state.conflicts.values():
        owner = next((task_id for task_id in conflict.task_ids if task_id in going), "")
        others = (state.tasks.get(task_id) for task_id in conflict.task_ids)
        if owner and (conflict.is_over or all(task is None or task.is_over for task in others)):
            going[owner].append(conflict)
    return [
        _gathered(task, going[task.id])
        for task in ended
        if task.id in going and task.id not in standing | unread
    ]


def _gathered(task: Task, documents: Sequence[Document]) -> ArchivedTask:
    kinds: dict[str, list[Document]] = {}
    for document in documents:
        kinds.setdefault(hash_of(type(document)), []).append(document)
    kinds["conflicts"] = kinds.pop("collisions", [])
    given = {name: tuple(documents_of_kind) for name, documents_of_kind in kinds.items()}
    return ArchivedTask(task=task, **given)  # type: ignore[arg-type]


async def _archive(batch: Sequence[ArchivedTask], now: int, reads: Reads) -> Change:
    kinds: dict[type, list[str]] = {}
    for archived in batch:
        for document in archived.documents():
            kinds.setdefault(type(document), []).append(document.id)
    current = {
        (kind, document.id): document
        for kind, ids in kinds.items()
        for document in await reads.read_all(kind, ids)  # type: ignore[arg-type]
        if document is not None
    }
    same = [
        archived
        for archived in batch
        if all(current.get((type(each), each.id)) == each for each in archived.documents())
    ]
    return Change(events=tuple(_archived(archived, now) for archived in same), archives=tuple(same))


def _archived(archived: ArchivedTask, now: int) -> Event:
    return Event(
        at=now,
        kind="task.archived",
        actor="orchestra",
        task_id=archived.task.id,
        data=EventData(removed=removed_by(archived)),
    )


def removed_by(archived: ArchivedTask) -> dict[str, tuple[str, ...]]:
    """Return the ids of the documents that leave the live ones, by the name of their hash."""
    removed: dict[str, tuple[str, ...]] = {}
    for document in archived.documents():
        name = hash_of(type(document))
        removed[name] = (*removed.get(name, ()), document.id)
    return removed


async def search_archive(store: Store, words: str) -> AsyncGenerator[ArchivedTask, None]:
    """Yield the archived tasks whose id, request or summary has all the words, newest first."""
    wanted = words.casefold().split()
    skip = 0
    while page := await store.archive_page(skip, _PAGE):
        for archived in page:
            text = (
                f"{archived.task.id} {archived.task.description} {archived.task.summary}".casefold()
            )
            if all(word in text for word in wanted):
                yield archived
        skip += len(page)
