"""Checks silent workers: no hook reports a dead process or an aborted turn.

Only this clone's workers that are in a turn are checked: a second after their last report, then
every second, later every two. A check asks the kernel for the process, and reads the end of the
conversation if that has grown.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from orchestra_core.clock import Clock
from orchestra_core.clone.clone_id import clone_id
from orchestra_core.errors import OrchestraError
from orchestra_core.models import Chamber, Presence
from orchestra_core.process.process_mark import is_running
from orchestra_core.project import Project
from orchestra_core.state import ProjectState
from orchestra_core.store.store import Store
from orchestra_server.files.chamber.idle_mark import mark_idle
from orchestra_server.files.clients.client_transcript import aborted_at
from orchestra_server.usecases.clones.whereabouts import is_here
from orchestra_server.usecases.delivery.merge_reports import UNPROVEN

_SILENT_MS = 1_000
_LOOK_S = 1.0
_LATER_LOOK_S = 2.0
_LATER_MS = 60_000
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Look:
    """What a check of a silent worker needs, with its conversation's size at the last check."""

    chamber: Chamber
    presence: Presence
    size: int = -1


class SilentWorkers:
    """Reports that a worker's turn was aborted, or that its process is gone."""

    def __init__(self, store: Store, project: Project, clock: Clock) -> None:
        self._store = store
        self._project = project
        self._clock = clock
        self._state = ProjectState()
        self._woken = asyncio.Event()
        self._looks: dict[str, _Look] = {}

    def take_state(self, state: ProjectState) -> None:
        """Take a snapshot, which its owner keeps up to date."""
        self._state = state
        self._woken.set()

    def take_report(self, presence: Presence) -> None:
        """Take a worker's latest report."""
        if presence.is_active:
            self._woken.set()

    async def run(self) -> None:
        """Check until cancelled."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            while active := self._active():
                newest = max(look.presence.since for look in active)
                is_later = self._clock() - newest > _LATER_MS
                await asyncio.sleep(_LATER_LOOK_S if is_later else _LOOK_S)
                await self._look_at(self._active())

    def _active(self) -> list[_Look]:
        """Return the workers here that are in a turn and can be checked."""
        clone = clone_id(self._project.git_dir)
        before, self._looks = self._looks, {}
        for presence in self._state.presence.values():
            chamber = self._state.chambers.get(presence.chamber_id)
            if (
                presence.is_active
                and (presence.process or presence.transcript)
                and chamber is not None
                and chamber.is_live
                and chamber.current(presence)
                and is_here(chamber, clone)
            ):
                look = before.get(chamber.id)
                if look is None or look.presence != presence:
                    look = _Look(chamber, presence)
                self._looks[chamber.id] = look
        return list(self._looks.values())

    async def _look_at(self, active: Sequence[_Look]) -> None:
        now = self._clock()
        silent = [look for look in active if now - look.presence.since >= _SILENT_MS]
        reports = await asyncio.to_thread(_reports, silent, now) if silent else []
        for look, report in reports:
            try:
                await self._store.report_presence(report)
            except OrchestraError as fault:
                _log.warning("%s", fault)
                look.size = -1  # read the conversation again at the next check


def _reports(looks: Sequence[_Look], now: int) -> list[tuple[_Look, Presence]]:
    return [(look, report) for look in looks if (report := _report(look, now)) is not None]


def _report(look: _Look, now: int) -> Presence | None:
    """Return what happened to a silent worker; None if it may still be at work. Blocking."""
    presence = look.presence
    over = replace(presence, tool="", detail="", asks=None, message="")
    at = _aborted_at(look)
    if at > presence.since:
        if not presence.agent_id:
            mark_idle(Path(look.chamber.path))
        return replace(over, state="aborted", since=at)
    process = presence.process
    if process and not process.startswith(UNPROVEN) and not is_running(process):
        return replace(over, state="gone", since=now, process="")
    return None


def _aborted_at(look: _Look) -> int:
    """Read the end of the conversation if that has grown since the last check."""
    if not look.presence.transcript:
        return 0
    path = Path(look.presence.transcript)
    try:
        size = path.stat().st_size
    except OSError:
        return 0
    if size == look.size:
        return 0
    look.size = size
    return aborted_at(path)
