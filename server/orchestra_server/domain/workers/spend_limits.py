"""Limits of what started workers may use: told when they come near, asked about at each."""

from collections.abc import Iterable
from typing import NamedTuple

from orchestra_core.workers.started_worker import StartedWorker, spent_on_day, spent_on_task

_NEAR = 0.8
_MORE = 0.2  # of the limit: how far a yes lets a worker go on


class SpendLimits(NamedTuple):
    """In dollars, for the workers of one task and for all of one day; 0 is no limit."""

    task: int = 0
    day: int = 0


class Budget(NamedTuple):
    """One limit and how much of it is used; `allowed` is where somebody has let it go on to."""

    subject: str
    limit: int
    used: float
    allowed: float = 0.0

    @property
    def is_near(self) -> bool:
        """Whether people should be told."""
        return self.used >= _NEAR * self.limit

    @property
    def is_used_up(self) -> bool:
        """Whether somebody has to be asked."""
        return self.used >= max(self.limit, self.allowed)

    @property
    def next_allowed(self) -> float:
        """The amount up to which a yes lets a worker go on."""
        return self.used + _MORE * self.limit

    def words(self) -> str:
        """Return how much is used, in one sentence."""
        return f"${self.used:.2f} of the {self.subject}'s ${self.limit} are used"


def budgets_of(
    limits: SpendLimits, workers: Iterable[StartedWorker], task_id: str, day: str
) -> list[Budget]:
    """Return the limits that there are, with what is used of each."""
    all_workers = [*workers]
    budgets = [
        Budget("task", limits.task, spent_on_task(all_workers, task_id).dollars),
        Budget("day", limits.day, spent_on_day(all_workers, day).dollars),
    ]
    return [budget for budget in budgets if budget.limit]
