"""What a worker's turns use, as its agent reports it, and how much they may use."""

import os

from orchestra_core.configuration.configuration import read_configuration
from orchestra_core.models import Task
from orchestra_core.store.reads import Reads
from orchestra_core.workers.day_account import DayAccount
from orchestra_core.workers.spend_totals import spent_in_chambers
from orchestra_core.workers.started_worker import Spent, StartedWorker
from orchestra_server.agents.reports import Used
from orchestra_server.domain.workers.spend_limits import Budget, SpendLimits, budgets_of


def spent_of(used: Used) -> Spent:
    """Return the use that a report states."""
    return Spent(
        tokens_in=used.tokens_in,
        tokens_out=used.tokens_out,
        tokens_cached=used.tokens_cache_read + used.tokens_cache_write,
        dollars=used.dollars or 0.0,
    )


def read_spend_limits() -> SpendLimits:
    """Return the limits of the person's current configuration. Blocking."""
    configuration = read_configuration(os.environ, None)

    def limit(name: str) -> int:
        value = configuration.value(name)
        return value if isinstance(value, int) else 0

    return SpendLimits(limit("limits.task_dollars"), limit("limits.day_dollars"))


async def read_budgets(reads: Reads, task_id: str, day: str, limits: SpendLimits) -> list[Budget]:
    """Return the limits that apply to a task's workers, with the use of each."""
    task = await reads.task(task_id)
    if task is None:
        return []
    chambers = await reads.chambers_of(task_id)
    workers = await reads.read_all(StartedWorker, [chamber.id for chamber in chambers])
    by_chamber = {worker.id: worker for worker in workers if worker is not None}
    account = await reads.day(day)
    return budgets_of(limits, task, spent_in_chambers(chambers, by_chamber), account)


async def read_account(reads: Reads, budget: Budget) -> Task | DayAccount | None:
    """Return the document that a limit belongs to; None if its task is gone."""
    if budget.subject == "task":
        return await reads.task(budget.id)
    return await reads.day(budget.id)
