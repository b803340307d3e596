"""Withdraws a request whose tool has started: it was answered at the client's own dialog.

A client tells its hooks of a permission's answer only when the tool has ended, minutes later for a
long one. That its session waits no more stands in a file of the client's at once.
"""

import asyncio
import logging
from collections.abc import Iterable
from contextlib import suppress

from orchestra_core.clock import Clock
from orchestra_core.clone.clone_id import clone_id
from orchestra_core.errors import OrchestraError
from orchestra_core.events import Event
from orchestra_core.models import WorkerRequest
from orchestra_core.project import Project
from orchestra_core.state import ProjectState
from orchestra_core.store.store import Store
from orchestra_server.domain.workers.requests import CLIENT_NOTE
from orchestra_server.usecases.client_sessions.list_sessions import list_sessions
from orchestra_server.usecases.client_sessions.session_files import (
    client_folder,
    waiting_sessions,
    watch_folder,
)
from orchestra_server.usecases.clones.whereabouts import here_of
from orchestra_server.usecases.requests.withdraw_requests import withdraw_requests

_log = logging.getLogger(__name__)


class TerminalAnswers:
    """Watches the client's sessions while one of them has an open request, and only then."""

    def __init__(self, store: Store, project: Project, clock: Clock) -> None:
        self._store = store
        self._project = project
        self._clock = clock
        self._folder = client_folder() / "sessions"
        self._state = ProjectState()
        self._requests_changed = asyncio.Event()
        self._files_changed = asyncio.Event()
        self._waited = set[str]()  # the requests at whose dialog a session was seen to wait

    def take_state(self, state: ProjectState) -> None:
        """Take a snapshot, which its owner keeps up to date."""
        self._state = state
        self._requests_changed.set()

    def take_events(self, events: Iterable[Event]) -> None:
        """Wake up if these events are about a request."""
        if any(event.data.request is not None for event in events):
            self._requests_changed.set()

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            await self._requests_changed.wait()
            self._requests_changed.clear()
            if self._asked():
                await self._watch_while_asked()
                self._waited.clear()

    async def _watch_while_asked(self) -> None:
        tasks = [asyncio.create_task(self._watch()), asyncio.create_task(self._answer_hints())]
        try:
            while self._asked():
                await self._requests_changed.wait()
                self._requests_changed.clear()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _watch(self) -> None:
        try:
            await watch_folder(self._folder, self._files_changed.set)
        except OSError as fault:
            _log.warning("%s cannot be watched (%s)", self._folder, fault)

    async def _answer_hints(self) -> None:
        while True:
            await self._files_changed.wait()
            self._files_changed.clear()
            asked = self._asked()
            told = await asyncio.to_thread(waiting_sessions, self._folder, asked)
            waiting = {request.id for key, waits in told.items() if waits for request in asked[key]}
            self._waited |= waiting
            free = {
                key: answered
                for key, waits in told.items()
                if not waits
                and (
                    answered := [waiting.id for waiting in asked[key] if waiting.id in self._waited]
                )
            }
            if free:
                await self._withdraw(free)

    def _asked(self) -> dict[str, list[WorkerRequest]]:
        """Return the open requests by session: of sessions here, whose dialog stands beside them.

        A subagent in the background has no dialog while its hook waits.
        """
        clone = clone_id(self._project.git_dir)
        here = {chamber.id for chamber in here_of(self._state.chambers.values(), clone)}
        asked: dict[str, list[WorkerRequest]] = {}
        for request in self._state.requests.values():
            is_own = request.session_id and not request.agent_id and not request.start
            if request.is_open and is_own and request.chamber_id in here:
                asked.setdefault(request.session_id, []).append(request)
        return asked

    async def _withdraw(self, free: dict[str, list[str]]) -> None:
        """Withdraw the requests of the sessions that wait no more, as the client itself says."""
        sessions = await list_sessions(self._project.main_checkout)
        for session in sessions or ():
            if session.waits or session.session_id not in free:
                continue
            with suppress(OrchestraError):  # what ends the tool withdraws them, too
                await withdraw_requests(
                    self._store,
                    self._project.git_dir,
                    free[session.session_id],
                    CLIENT_NOTE,
                    self._clock,
                )
