"""Spend limits of started workers: people are told near a limit and asked at it."""

from typing import Literal, NamedTuple

from orchestra_core.models import Task
from orchestra_core.workers.day_account import DayAccount
from orchestra_core.workers.started_worker import Spent

_NEAR = 0.8
_MORE = 0.2  # fraction of the limit that each yes adds
LimitKey = tuple[str, str]  # "task" or "day", and its id


class SpendLimits(NamedTuple):
    """Limits in dollars for the workers of one task, and of all tasks on one day; 0 is no limit."""

    task: int = 0
    day: int = 0


class Budget(NamedTuple):
    """One limit and how much of it is used, in dollars; `id` is the task's or the day's."""

    subject: Literal["task", "day"]
    id: str
    limit: int
    used: float
    allowed: float = 0.0  # the amount up to which somebody has let workers go on
    is_told: bool = False  # people were told that the limit is near

    @property
    def key(self) -> LimitKey:
        """Identifies the limit: its subject and id."""
        return self.subject, self.id

    @property
    def is_near(self) -> bool:
        """Whether people should be told."""
        return self.used >= _NEAR * self.limit and not self.is_told

    @property
    def is_used_up(self) -> bool:
        """Whether somebody has to be asked."""
        return self.used >= max(self.limit, self.allowed)

    @property
    def more(self) -> float:
        """The amount in dollars that a yes adds."""
        return _MORE * self.limit

    @property
    def next_allowed(self) -> float:
        """The amount in dollars up to which workers may go on after a yes."""
        return self.used + self.more

    def words(self) -> str:
        """Return how much is used, in one sentence."""
        return f"${self.used:.2f} of the {self.subject}'s ${self.limit} are used"


def budgets_of(
    limits: SpendLimits, task: Task, spent_on_task: Spent, day: DayAccount
) -> list[Budget]:
    """Return the limits that are set, with the use of each."""
    budgets = [
        _budget("task", limits.task, task, spent_on_task),
        _budget("day", limits.day, day, day.spent),
    ]
    return [budget for budget in budgets if budget.limit]


def _budget(
    subject: Literal["task", "day"], limit: int, account: Task | DayAccount, spent: Spent
) -> Budget:
    is_told = account.limit_told == limit
    return Budget(subject, account.id, limit, spent.dollars, account.dollars_allowed, is_told)
