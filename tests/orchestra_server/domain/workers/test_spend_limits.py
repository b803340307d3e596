"""Limits in dollars: of a task and of a day, near and used up."""

from orchestra_core.workers.started_worker import Spent, StartedWorker
from orchestra_server.domain.workers.spend_limits import Budget, SpendLimits, budgets_of
from tests.support.samples import a_started_worker


def worker(task_id: str, day: str, dollars: float) -> StartedWorker:
    spent = Spent(turns=1, dollars=dollars)
    return a_started_worker(task_id=task_id).with_spent(day, spent)


def test_a_limit_counts_what_a_task_used_and_what_a_day_used() -> None:
    workers = [worker("t-1", "mon", 3.0), worker("t-1", "tue", 2.0), worker("t-2", "tue", 4.0)]
    budgets = budgets_of(SpendLimits(task=10, day=5), workers, "t-1", "tue")
    assert budgets == [Budget("task", 10, 5.0), Budget("day", 5, 6.0)]
    assert budgets_of(SpendLimits(), workers, "t-1", "tue") == []


def test_a_limit_is_near_at_four_fifths_and_used_up_at_all_of_it() -> None:
    near, used_up = Budget("task", 10, 8.0), Budget("task", 10, 10.0)
    assert (near.is_near, near.is_used_up, used_up.is_used_up) == (True, False, True)
    assert used_up.words() == "$10.00 of the task's $10 are used"
    assert not used_up._replace(allowed=used_up.next_allowed).is_used_up
    assert used_up._replace(used=12.0, allowed=used_up.next_allowed).is_used_up
