"""MCP resources: tasks, chambers, conflicts and events as JSON, a chamber's diff as text."""

import asyncio
from pathlib import Path

import msgspec
from mcp.server import MCPServer
from mcp.types import Resource

from orchestra_core.errors import BadInput, Unknown
from orchestra_core.models import Chamber, Task
from orchestra_core.names import chamber_id
from orchestra_core.state import ProjectState
from orchestra_core.text import one_line
from orchestra_core.wording.states import worker_text
from orchestra_core.worker_state import WorkerLimits, WorkerState, worker_states
from orchestra_server.git.snapshot.diff import diff_text
from orchestra_server.tools.methods.actor import CONDUCTOR
from orchestra_server.tools.server_session import ServerSession
from orchestra_server.tools.surrogates import replace_surrogates
from orchestra_server.usecases.chambers.get_parallel_status import get_parallel_status
from orchestra_server.usecases.conflicts.get_conflicts import get_conflicts
from orchestra_server.usecases.tasks.get_task_status import get_task_status

TASKS = "orchestra://tasks"
ARCHIVE = "orchestra://archive/{page}"
_PAGE = 50
_JSON = "application/json"
# Most characters of a diff; a longer one belongs in a pager.
DIFF_LIMIT = 200_000
_TASKS_LISTED = 20
_TITLE = 60  # characters
_STATE = 200  # characters


def add_resources(server: MCPServer[None], session: ServerSession) -> None:
    """Register every resource with the server."""
    reader = ResourceReader(session)
    server.resource(TASKS, name="tasks", title="All tasks", mime_type=_JSON)(reader.tasks)
    server.resource(ARCHIVE, name="archive", title="A page of archived tasks", mime_type=_JSON)(
        reader.archive
    )
    for path, read, mime_type in (
        ("/{task_id}", reader.task, _JSON),
        ("/{task_id}/chambers", reader.chambers, _JSON),
        ("/{task_id}/conflicts", reader.conflicts, _JSON),
        ("/{task_id}/events", reader.events, _JSON),
        ("/{task_id}/chambers/{chamber}/diff", reader.diff, "text/plain"),
    ):
        server.resource(TASKS + path, name=read.__name__, mime_type=mime_type)(read)


class ResourceReader:
    """Reads the resources, one per method; none changes anything."""

    def __init__(self, session: ServerSession) -> None:
        self._session = session

    async def tasks(self) -> str:
        """Read the open tasks and the last ended ones, newest first; the archive has the others."""
        context = await self._session.context(CONDUCTOR)
        state = await context.store.snapshot()
        newest_first = sorted(state.tasks.values(), key=_started_at, reverse=True)
        return _json(newest_first)

    async def archive(self, page: str) -> str:
        """Read a page of archived tasks, counted from 1, the last ended first."""
        if not page.isdecimal() or int(page) < 1:
            raise BadInput(f"page {one_line(page, 20)!r} is not a number from 1 on")
        context = await self._session.context(CONDUCTOR)
        archived_tasks = await context.store.archive_page((int(page) - 1) * _PAGE, _PAGE)
        return _json([archived.task for archived in archived_tasks])

    async def task(self, task_id: str) -> str:
        """Read one task in full, as get_task_status answers."""
        context = await self._session.context(CONDUCTOR)
        return _json(await get_task_status(context, task_id=task_id))

    async def chambers(self, task_id: str) -> str:
        """Read the task's chambers and workers, as get_parallel_status answers."""
        context = await self._session.context(CONDUCTOR)
        return _json(await get_parallel_status(context, task_id=task_id))

    async def conflicts(self, task_id: str) -> str:
        """Read which of the task's chambers would not merge now, as get_conflicts answers."""
        context = await self._session.context(CONDUCTOR)
        return _json(await get_conflicts(context, task_id=task_id))

    async def events(self, task_id: str) -> str:
        """Read the task's history, oldest event first."""
        context = await self._session.context(CONDUCTOR)
        state = await context.store.snapshot(task_id)
        if task_id not in state.tasks:
            raise _unknown_task(task_id)
        return _json(await context.store.events_of(state.tasks[task_id]))

    async def diff(self, task_id: str, chamber: str) -> str:
        """Read what the chamber's worker has changed since its base, uncommitted files included."""
        context = await self._session.context(CONDUCTOR)
        state = await context.store.snapshot(task_id)
        document = state.chambers.get(chamber_id(task_id, chamber))
        if document is None:
            raise Unknown(
                f"task {one_line(task_id, 60)!r} has no chamber {one_line(chamber, 60)!r}; "
                f"read {TASKS}/{one_line(task_id, 60)}/chambers for those it has"
            )
        return replace_surrogates(await asyncio.to_thread(_diff_of, document))


def listed_resources(state: ProjectState, limits: WorkerLimits, now: int) -> list[Resource]:
    """Return what a client offers behind `@`: the open tasks, newest first, and their chambers."""
    open_tasks = sorted(
        (task for task in state.tasks.values() if not task.is_over),
        key=lambda task: (-task.started_at, task.id),
    )
    resources: list[Resource] = []
    for task in open_tasks[:_TASKS_LISTED]:
        chambers = [chamber for chamber in state.chambers_of(task.id) if chamber.is_live]
        workers = worker_states(state, chambers, limits, now)
        resources.append(_of_task(task))
        resources += [_of_chamber(chamber, workers[chamber.id]) for chamber in chambers]
    return resources


def _of_task(task: Task) -> Resource:
    title = one_line(task.description, _TITLE)
    return Resource(
        uri=f"{TASKS}/{task.id}",
        name=f"task {title}",
        title=title,
        description=f"The task {task.id} in full: {task.state}, phase {task.phase or 'none'}",
        mime_type="application/json",
    )


def _of_chamber(chamber: Chamber, worker: WorkerState) -> Resource:
    return Resource(
        uri=f"{TASKS}/{chamber.task_id}/chambers/{chamber.name}/diff",
        name=f"chamber {chamber.name}",
        title=f"{chamber.name}: what its worker has changed",
        description=one_line(f"{chamber.name} is at: {worker_text(worker)}", _STATE),
        mime_type="text/plain",
    )


def _diff_of(chamber: Chamber) -> str:
    if not chamber.holds_work:
        raise Unknown(
            f"chamber {chamber.name!r} is {chamber.state} and has no diff; "
            "restore it with restore_chamber first"
        )
    return diff_text(Path(chamber.path), chamber.base_commit, DIFF_LIMIT)


def _started_at(task: Task) -> int:
    return task.started_at


def _unknown_task(task_id: str) -> Unknown:
    return Unknown(f"there is no task {one_line(task_id, 60)!r}; read {TASKS} for those there are")


def _json(documents: object) -> str:
    return msgspec.json.format(msgspec.json.encode(documents), indent=2).decode()
