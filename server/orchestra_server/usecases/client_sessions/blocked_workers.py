"""Shows workers that wait for a person in a background session, which no hook reports.

Such a session stops at a dialog before its first hook: a server to approve, or a sign-in. The
client is asked only if its own files hint at that, or if a blocked worker may be free again.
"""

import asyncio
import logging
from collections.abc import Sequence

from orchestra_core.clock import Clock
from orchestra_core.clone.clone_id import clone_id
from orchestra_core.errors import OrchestraError
from orchestra_core.models import Chamber, Presence
from orchestra_core.project import Project
from orchestra_core.state import ProjectState
from orchestra_core.store.store import Store
from orchestra_core.worker_state import WorkerLimits, worker_states
from orchestra_server.usecases.client_sessions.list_sessions import ClientSession, list_sessions
from orchestra_server.usecases.client_sessions.session_files import (
    blocked_places,
    client_folder,
    watch_folder,
)
from orchestra_server.usecases.clones.whereabouts import is_here

_PAUSE_S = 0.5  # seconds between two questions: the client writes its files several times in a row
_log = logging.getLogger(__name__)


class BlockedWorkers:
    """Reports that a chamber's session is blocked, and when it no longer is."""

    def __init__(self, store: Store, project: Project, clock: Clock) -> None:
        self._store = store
        self._project = project
        self._clock = clock
        self._jobs = client_folder() / "jobs"
        self._state = ProjectState()
        self._chambers_changed = asyncio.Event()
        self._jobs_changed = asyncio.Event()

    def take_state(self, state: ProjectState) -> None:
        """Take a snapshot, which its owner keeps up to date."""
        self._state = state
        self.chambers_changed()

    def chambers_changed(self) -> None:
        """Look again for something to watch: the client may be in use for the first time."""
        self._chambers_changed.set()

    async def run(self) -> None:
        """Watch and ask until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._watch())
            group.create_task(self._answer_hints())

    async def _watch(self) -> None:
        while True:
            await self._chambers_changed.wait()
            self._chambers_changed.clear()
            try:
                if self._live_chambers():
                    await watch_folder(self._jobs, self._jobs_changed.set)
            except OSError as fault:
                _log.warning("%s cannot be watched (%s)", self._jobs, fault)
            await asyncio.sleep(_PAUSE_S)  # each report asks for another look

    async def _answer_hints(self) -> None:
        while True:
            await self._jobs_changed.wait()
            self._jobs_changed.clear()
            chambers = self._live_chambers()
            hinted = await asyncio.to_thread(blocked_places, self._jobs, chambers)
            shown = {chamber.path for chamber in chambers.values() if self._is_shown(chamber)}
            if not hinted | shown:
                continue
            sessions = await list_sessions(self._project.main_checkout)
            if sessions is not None:
                await self._report(sessions)
            await asyncio.sleep(_PAUSE_S)

    def _live_chambers(self) -> dict[str, Chamber]:
        """Return this clone's live chambers by path."""
        clone = clone_id(self._project.git_dir)
        return {
            chamber.path: chamber
            for chamber in self._state.chambers.values()
            if chamber.is_live and is_here(chamber, clone)
        }

    def _is_shown(self, chamber: Chamber) -> bool:
        presence = chamber.current(self._state.presence.get(chamber.id))
        return presence is not None and presence.state == "blocked"

    async def _report(self, sessions: Sequence[ClientSession]) -> None:
        now, chambers = self._clock(), self._live_chambers()
        groups = worker_states(self._state, chambers.values(), WorkerLimits(), now)
        for path, chamber in chambers.items():
            presence = chamber.current(self._state.presence.get(chamber.id))
            report = blocked_report(
                chamber.id,
                presence,
                _session_in(path, sessions),
                needs_somebody=groups[chamber.id].group == "needs-you",
                now=now,
            )
            if report is None:
                continue
            try:
                await self._store.report_presence(report)
            except OrchestraError as fault:
                _log.warning("%s", fault)
                self._jobs_changed.set()


def _session_in(place: str, sessions: Sequence[ClientSession]) -> ClientSession | None:
    """Return the session in a chamber, a blocked one first."""
    in_background = [session for session in sessions if session.kind == "background"]
    here = [session for session in in_background if f"{session.cwd}/".startswith(f"{place}/")]
    return next((session for session in here if session.is_blocked), here[0] if here else None)


def blocked_report(
    chamber_id: str,
    presence: Presence | None,
    session: ClientSession | None,
    *,
    needs_somebody: bool,
    now: int,
) -> Presence | None:
    """Return what to report about a chamber's worker, given the client's session; None for nothing.

    A request from a hook says more than that the session is blocked.
    """
    is_shown = presence is not None and presence.state == "blocked"
    if session is not None and session.is_blocked:
        if is_shown or needs_somebody:
            return None
        waits = f" ({session.waiting_for})" if session.waiting_for else ""
        how = f"answer it with: claude attach {session.id}"
        return Presence(chamber_id=chamber_id, state="blocked", detail=f"{how}{waits}", since=now)
    if not is_shown:
        return None
    state = "killed" if session is None else "working"
    return Presence(chamber_id=chamber_id, state=state, since=now)
