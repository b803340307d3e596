"""Rebuilds the files of this clone's tasks after changes that others made: hooks, other clones."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from contextlib import aclosing
from typing import TypeAlias

from orchestra_core.errors import OrchestraError
from orchestra_core.events import Event
from orchestra_core.models import Chamber, Presence
from orchestra_core.state import ProjectState
from orchestra_core.store.follow import Arrived, PresenceChanged, Snapshot, Update
from orchestra_server.usecases.clones.whereabouts import is_here
from orchestra_server.usecases.common.after_commit import one_for_each_directory, rebuild_files
from orchestra_server.usecases.common.transaction import Context

# Seconds: the author of a change rebuilds its files; changes in quick succession are shown
# together.
_PAUSE = 0.5
OnReport: TypeAlias = Callable[[Chamber, Presence | None], None]
_log = logging.getLogger(__name__)


class ProjectionKeeper:
    """Follows the project's events and rebuilds the files of changed tasks."""

    def __init__(
        self,
        context: Context,
        on_report: OnReport = lambda _chamber, _presence: None,
        *,
        pause: float = _PAUSE,
    ) -> None:
        """`on_report` gets all live chambers at first, then each one that changes or reports.

        It also gets the worker's presence, None if only the chamber has changed.
        """
        self._context = context
        self._on_report = on_report
        self._pause = pause
        self._state = ProjectState()
        self._changed = set[str]()
        self._woken = asyncio.Event()

    async def run(self) -> None:
        """Run until cancelled."""
        async with asyncio.TaskGroup() as group:
            rebuilding = group.create_task(self._rebuild_repeatedly())
            async with aclosing(self._context.store.follow()) as updates:
                async for update in updates:
                    self._take(update)
            rebuilding.cancel()

    def _take(self, update: Update) -> None:
        match update:
            case Snapshot(state=state):
                self._state = state
                for chamber in state.chambers.values():
                    if chamber.is_live:
                        presence = state.presence.get(chamber.id)
                        self._on_report(chamber, chamber.current(presence))
                self._changed |= tasks_of_clone(state.tasks, state, self._context.clone)
            case Arrived(events=events):
                self._apply(events)
            case PresenceChanged(presence=presence):
                if (chamber := self._state.chambers.get(presence.chamber_id)) is not None:
                    self._on_report(chamber, presence)
            case _:
                return
        if self._changed:
            self._woken.set()

    def _apply(self, events: Iterable[Event]) -> None:
        changed = set[str]()
        for event in events:
            self._state.apply(event)
            changed.add(event.task_id)
            if event.data.chamber is not None:
                self._on_report(event.data.chamber, None)
        self._changed |= tasks_of_clone(changed, self._state, self._context.clone)

    async def _rebuild_repeatedly(self) -> None:
        while True:
            await self._woken.wait()
            await asyncio.sleep(self._pause)
            self._woken.clear()
            changed, self._changed = self._changed, set[str]()
            tasks = (self._state.tasks[task_id] for task_id in changed & self._state.tasks.keys())
            for task_id in one_for_each_directory(tasks):
                try:
                    await rebuild_files(self._context, task_id)
                except OrchestraError as fault:
                    _log.warning("%s", fault)  # the next event, or the store's return, tries again


def tasks_of_clone(tasks: Iterable[str], state: ProjectState, clone: str) -> set[str]:
    """Return the tasks that a clone has started or has chambers of."""
    return {
        task_id
        for task_id in tasks
        if (task := state.tasks.get(task_id)) is not None
        and (
            task.clone in {"", clone}
            or any(is_here(chamber, clone) for chamber in state.chambers_of(task_id))
        )
    }
