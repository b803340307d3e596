"""The daemon's part in workers' requests: passes on answers, and notices hooks that end."""

import asyncio
import logging
import os
import time
from collections.abc import Iterable

from orchestra_core.clock import Clock
from orchestra_core.clone.clone_id import clone_id
from orchestra_core.errors import OrchestraError
from orchestra_core.events import Event
from orchestra_core.models import Chamber
from orchestra_core.project import Project
from orchestra_core.state import ProjectState
from orchestra_core.store.store import Store
from orchestra_server.domain.workers.requests import GONE_NOTE
from orchestra_server.files.requests.answer_files import (
    is_waiting,
    open_bell,
    post_answer,
    remove_left_answers,
    waiting_since,
)
from orchestra_server.files.requests.rule_files import show_rules
from orchestra_server.usecases.clones.whereabouts import here_of
from orchestra_server.usecases.requests.withdraw_requests import withdraw_requests

# Seconds until a failure is tried again.
_PAUSE = 5.0
# Seconds within which a hook puts its request into the spool and the daemon records it.
_UNRECORDED_S = 60.0
_log = logging.getLogger(__name__)


class RequestService:
    """Looks after the requests of this clone's chambers; its owner passes it each change."""

    def __init__(self, store: Store, project: Project, clock: Clock) -> None:
        self._store = store
        self._common_dir = project.git_dir
        self._clock = clock
        self._state = ProjectState()
        self._changed_chambers = dict[str, Chamber]()
        self._bells = dict[str, int]()  # by the request's id, the descriptor that reports its end
        self._woken = asyncio.Event()

    def take_state(self, state: ProjectState) -> None:
        """Take the whole state, which its owner keeps up to date."""
        self._state = state
        self._changed_chambers = dict(state.chambers)
        self._woken.set()

    def take_events(self, events: Iterable[Event]) -> None:
        """Wake up if these events are about a request or a chamber's rules."""
        for event in events:
            if event.data.chamber is not None and event.data.chamber.allowed:
                self._changed_chambers[event.data.chamber.id] = event.data.chamber
                self._woken.set()
            if event.data.request is not None:
                self._woken.set()

    async def run(self) -> None:
        """Run until cancelled."""
        try:
            while True:
                await self._woken.wait()
                self._woken.clear()
                try:
                    await self._look()
                except (OrchestraError, OSError) as fault:
                    _log.warning("%s", fault)
                    await asyncio.sleep(_PAUSE)
                    self._woken.set()
        finally:
            for request_id in tuple(self._bells):
                self._unwatch(request_id)

    async def _look(self) -> None:
        clone = clone_id(self._common_dir)
        await self._show_rules(clone)
        here = {chamber.id for chamber in here_of(self._state.chambers.values(), clone)}
        open_ids = {
            request.id
            for request in self._state.requests.values()
            if request.is_open and not request.start and request.chamber_id in here
        }
        await asyncio.to_thread(self._post_answers)
        for request_id in self._bells.keys() - open_ids:
            self._unwatch(request_id)
        gone = [request_id for request_id in open_ids if not self._watch(request_id)]
        await withdraw_requests(self._store, self._common_dir, gone, GONE_NOTE, self._clock)

    async def _show_rules(self, clone: str) -> None:
        """Write the rules of changed chambers; after a failure all of them are due again."""
        changed, self._changed_chambers = self._changed_chambers, dict[str, Chamber]()

        def show_all() -> None:
            for chamber in here_of(changed.values(), clone):
                show_rules(self._common_dir, chamber)

        try:
            await asyncio.to_thread(show_all)
        except OSError:
            self._changed_chambers = changed | self._changed_chambers
            raise

    def _post_answers(self) -> None:
        """Give each waiting hook its answer, in case another process died before doing so."""
        for request_id, since in waiting_since(self._common_dir).items():
            request = self._state.requests.get(request_id)
            if request is not None:
                post_answer(self._common_dir, request)
            elif time.time() - since > _UNRECORDED_S:
                is_waiting(self._common_dir, request_id)  # removes what a killed process left
        remove_left_answers(self._common_dir)

    def _watch(self, request_id: str) -> bool:
        """Watch for a hook's end in the event loop; return False if it has ended."""
        if request_id in self._bells:
            return True
        bell = open_bell(self._common_dir, request_id)
        if bell is None:
            return False
        self._bells[request_id] = bell
        # When a pipe's only reader ends, its writing end becomes readable.
        asyncio.get_running_loop().add_reader(bell, self._ended, request_id)
        return True

    def _ended(self, request_id: str) -> None:
        self._unwatch(request_id)
        self._woken.set()

    def _unwatch(self, request_id: str) -> None:
        bell = self._bells.pop(request_id)
        asyncio.get_running_loop().remove_reader(bell)
        os.close(bell)
