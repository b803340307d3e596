"""Notices that a session no longer waits, because its dialog was answered in the client's terminal.

A client tells its hooks about a permission's answer only when the tool has ended, for a long tool
minutes later. A file of the client says at once that the session is busy again. Then its request is
withdrawn or, if there was only the worker's report of a dialog, the worker is shown at work.
"""

import asyncio
import logging
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from orchestra_core.clock import Clock
from orchestra_core.clone.clone_id import clone_id
from orchestra_core.errors import OrchestraError
from orchestra_core.events import Event
from orchestra_core.models import Presence
from orchestra_core.project import Project
from orchestra_core.state import ProjectState
from orchestra_core.store.store import Store
from orchestra_server.domain.workers.requests import CLIENT_NOTE
from orchestra_server.usecases.client_sessions.list_sessions import list_sessions
from orchestra_server.usecases.client_sessions.session_files import (
    busy_since,
    client_folder,
    waiting_sessions,
    watch_folder,
)
from orchestra_server.usecases.clones.whereabouts import here_of
from orchestra_server.usecases.requests.withdraw_requests import withdraw_requests

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _TerminalDialog:
    """A dialog in a session's terminal, known from an open request or from a worker's report."""

    key: str
    request_id: str = ""
    report: Presence | None = None


class TerminalAnswers:
    """Watches the client's sessions while one of them shows a dialog, and only then."""

    def __init__(self, store: Store, project: Project, clock: Clock) -> None:
        self._store = store
        self._project = project
        self._clock = clock
        self._folder = client_folder() / "sessions"
        self._state = ProjectState()
        self._dialogs_changed = asyncio.Event()
        self._files_changed = asyncio.Event()
        self._waited = set[str]()  # dialogs at which a session was seen waiting

    def take_state(self, state: ProjectState) -> None:
        """Take a snapshot, which its owner keeps up to date."""
        self._state = state
        self._dialogs_changed.set()

    def take_events(self, events: Iterable[Event]) -> None:
        """Wake up if these events are about a request."""
        if any(event.data.request is not None for event in events):
            self._dialogs_changed.set()

    def take_report(self, presence: Presence) -> None:
        """Wake up if a worker's report says that it waits, or if one did before."""
        if presence.state == "waiting" or self._waited:
            self._dialogs_changed.set()

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            await self._dialogs_changed.wait()
            self._dialogs_changed.clear()
            if self._dialogs():
                await self._watch_while_shown()
                self._waited.clear()

    async def _watch_while_shown(self) -> None:
        tasks = [asyncio.create_task(self._watch()), asyncio.create_task(self._answer_hints())]
        try:
            while self._dialogs():
                await self._dialogs_changed.wait()
                self._dialogs_changed.clear()
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
            shown = self._dialogs()
            told = await asyncio.to_thread(waiting_sessions, self._folder, shown)
            waiting = [dialog for key, waits in told.items() if waits for dialog in shown[key]]
            self._waited |= {dialog.key for dialog in waiting}
            answered = {
                key: dialogs
                for key, waits in told.items()
                if not waits
                and (dialogs := [each for each in shown[key] if each.key in self._waited])
            }
            if answered:
                await self._end_answered(answered)

    def _dialogs(self) -> dict[str, list[_TerminalDialog]]:
        """Return the dialogs that are shown in terminals here, by session.

        A subagent in the background has no dialog while its hook waits.
        """
        clone = clone_id(self._project.git_dir)
        here = {chamber.id for chamber in here_of(self._state.chambers.values(), clone)}
        shown: dict[str, list[_TerminalDialog]] = {}
        for request in self._state.requests.values():
            is_own = request.session_id and not request.agent_id and not request.start
            if request.is_open and is_own and request.chamber_id in here:
                dialog = _TerminalDialog(request.id, request_id=request.id)
                shown.setdefault(request.session_id, []).append(dialog)
        for report in self._state.presence.values():
            session_id = Path(report.transcript).stem
            is_own = session_id and not report.agent_id and report.chamber_id in here
            if report.state == "waiting" and is_own and session_id not in shown:
                dialog = _TerminalDialog(f"{report.chamber_id} {report.since}", report=report)
                shown[session_id] = [dialog]
        return shown

    async def _end_answered(self, answered: dict[str, list[_TerminalDialog]]) -> None:
        """End the dialogs of sessions that no longer wait; in doubt the client is asked.

        A session with several requests is busy for a moment between two dialogs.
        """
        busy = await asyncio.to_thread(busy_since, self._folder, answered)
        doubtful = {key: dialogs for key, dialogs in answered.items() if key not in busy}
        doubtful |= {key: answered[key] for key in busy if self._open_requests(key) > 1}
        for key in answered.keys() - doubtful.keys():
            await self._end(answered[key], busy[key])
        sessions = await list_sessions(self._project.main_checkout) if doubtful else ()
        for session in sessions or ():
            if not session.waits and session.session_id in doubtful:
                await self._end(doubtful[session.session_id], self._clock())

    def _open_requests(self, session_id: str) -> int:
        requests = self._state.requests.values()
        return sum(each.is_open and each.session_id == session_id for each in requests)

    async def _end(self, dialogs: Iterable[_TerminalDialog], at: int) -> None:
        ids = [dialog.request_id for dialog in dialogs if dialog.request_id]
        reports = [dialog.report for dialog in dialogs if dialog.report is not None]
        common_dir = self._project.git_dir
        with suppress(OrchestraError):  # the end of the tool reports it, too
            await withdraw_requests(self._store, common_dir, ids, CLIENT_NOTE, self._clock)
            for report in reports:
                at_work = replace(report, state="working", asks=None, since=at)
                await self._store.report_presence(at_work)
