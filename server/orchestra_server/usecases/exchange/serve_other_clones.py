"""What the process on duty does for other clones: hands work over, closes chambers, cleans up."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from functools import partial

from orchestra_core.clock import Clock
from orchestra_core.clone.clone_id import clone_id
from orchestra_core.errors import OrchestraError
from orchestra_core.events import Event
from orchestra_core.project import Project
from orchestra_core.settings import read_settings
from orchestra_core.state import ProjectState
from orchestra_core.store.store import Store
from orchestra_server.domain.tasks.exchange import chambers_asked_for
from orchestra_server.usecases.clones.whereabouts import here_of
from orchestra_server.usecases.common.transaction import Context

_NEWS = frozenset(("task.completing", "chamber.closing", "chamber.closed"))
# Seconds until failed work is tried again, doubled each time.
FIRST_PAUSE = 30.0
_LONGEST_PAUSE = 1_800.0
_ACTOR = "orchestra"
_log = logging.getLogger(__name__)


class OtherClonesService:
    """Acts on what other clones ask for; its owner passes it each change of the state."""

    def __init__(self, store: Store, project: Project, clock: Clock) -> None:
        self._project = project
        self._context = Context(
            store=store, project=project, settings=read_settings(), actor=_ACTOR, clock=clock
        )
        self._state = ProjectState()
        self._woken = asyncio.Event()

    def take_state(self, state: ProjectState) -> None:
        """Take the whole state, which its owner keeps up to date."""
        self._state = state
        self._woken.set()

    def take_events(self, events: Iterable[Event]) -> None:
        """Wake up if these events may ask for something."""
        if any(event.kind in _NEWS for event in events):
            self._woken.set()

    async def run(self) -> None:
        """Run until cancelled: wake when something is asked, and retry what failed."""
        pause = FIRST_PAUSE
        while True:
            await self._woken.wait()
            self._woken.clear()
            if await self._do_all():
                pause = FIRST_PAUSE
                continue
            try:
                async with asyncio.timeout(pause):
                    await self._woken.wait()
            except TimeoutError:
                self._woken.set()
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def _do_all(self) -> bool:
        """Do what is due; return False if something failed."""
        return all([await self._try(work) for work in self._due()])

    def _due(self) -> list[Callable[[], Awaitable[None]]]:
        context, clone = self._context, clone_id(self._project.git_dir)
        chambers = here_of(self._state.chambers.values(), clone)
        closed = [chamber for chamber in chambers if chamber.is_over and chamber.published]
        to_close = [chamber for chamber in chambers if chamber.is_asked_to_close]
        task_ids = [chamber.task_id for chamber in chambers_asked_for(self._state, clone)]
        if not (closed or to_close or task_ids):
            return []
        # Late: few daemons need the code that commits, publishes and closes chambers.
        from orchestra_server.usecases.exchange import close_across_clones  # noqa: PLC0415
        from orchestra_server.usecases.exchange.hand_over import hand_over  # noqa: PLC0415

        return [
            *(partial(hand_over, context, task_id) for task_id in dict.fromkeys(task_ids)),
            *(partial(close_across_clones.close_asked, context, chamber) for chamber in to_close),
            *([partial(close_across_clones.withdraw_published, context, closed)] if closed else []),
        ]

    async def _try(self, work: Callable[[], Awaitable[None]]) -> bool:
        try:
            await work()
        except (OrchestraError, OSError) as fault:
            _log.warning("%s", fault)
            return False
        except Exception:  # noqa: BLE001 - mail is delivered by the same process
            _log.exception("work for another clone failed; it is tried again")
            return False
        return True
