"""The context of a use-case, and the one way in which it changes something."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from orchestra_core.change import Change
from orchestra_core.clock import Clock, now_ms
from orchestra_core.clone.clone_id import clone_id
from orchestra_core.errors import Unavailable
from orchestra_core.project import Project
from orchestra_core.settings import Settings
from orchestra_core.store.reads import Reads
from orchestra_core.store.store import Store
from orchestra_server.usecases.concurrency.answer_in_time import PATIENCE
from orchestra_server.usecases.concurrency.background_tasks import Background

Answer = TypeVar("Answer")
NOTHING = Change(events=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Where a use-case acts and for whom; `actor` is the client's name, such as 'conductor'."""

    store: Store
    project: Project
    settings: Settings
    actor: str
    clock: Clock = now_ms
    background: Background | None = None  # None means that calls wait for the work after a change
    patience: float = PATIENCE  # seconds until the reply that a program is still running
    # Called with what a call waits for, if that takes more than a second.
    on_wait: Callable[[str], None] = lambda _waits_for: None
    # Asks the clone's daemon, if there is one, to run the gates that this process waits for.
    asks_daemon: bool = False
    # Ids under which this process acted before, at this place: their repository was deleted.
    earlier_clones: frozenset[str] = frozenset()

    @property
    def clone(self) -> str:
        """The id of the acting clone; "" while it is disputed, or if none can be noted."""
        try:
            return clone_id(self.project.git_dir)
        except Unavailable:
            return ""


@dataclass(frozen=True, slots=True)
class Decision(Generic[Answer]):
    """The result of a pure decision, and its change (NOTHING for none)."""

    answer: Answer
    change: Change = NOTHING


async def run_transaction(
    store: Store, decide: Callable[[Reads], Awaitable[Decision[Answer]]]
) -> Answer:
    """Decide and commit; decide again if something that was read has changed meanwhile."""
    last: list[Decision[Answer]] = []

    async def decide_change(reads: Reads) -> Change:
        decision = await decide(reads)
        last[:] = [decision]
        return decision.change

    await store.transact(decide_change)
    return last[0].answer
