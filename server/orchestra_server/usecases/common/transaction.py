"""What every verb is given, and the one way it changes something."""

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
    """Where a verb acts and for whom: `actor` is the client's name, such as 'conductor'."""

    store: Store
    project: Project
    settings: Settings
    actor: str
    clock: Clock = now_ms
    background: Background | None = None  # None: what follows a change is waited for
    patience: float = PATIENCE  # seconds until a caller is answered that a program still runs

    @property
    def clone(self) -> str:
        """The id of the clone that acts; "" while another machine has it, or none can be noted."""
        try:
            return clone_id(self.project.git_dir)
        except Unavailable:
            return ""


@dataclass(frozen=True, slots=True)
class Decision(Generic[Answer]):
    """What a pure decision found out, and the change that makes it true (NOTHING for none)."""

    answer: Answer
    change: Change = NOTHING


async def run_transaction(
    store: Store, decide: Callable[[Reads], Awaitable[Decision[Answer]]]
) -> Answer:
    """Decide and commit in one step, deciding again if what was read has changed meanwhile."""
    last: list[Decision[Answer]] = []

    async def decide_change(reads: Reads) -> Change:
        decision = await decide(reads)
        last[:] = [decision]
        return decision.change

    await store.transact(decide_change)
    return last[0].answer
