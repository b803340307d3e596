"""Limits in dollars: of a task and of a day, near and used up."""

from msgspec.structs import replace

from orchestra_core.workers.started_worker import Spent
from orchestra_server.domain.workers.spend_limits import Budget, SpendLimits, budgets_of
from tests.support.samples.documents import a_day, a_task


def test_a_limit_counts_what_a_task_used_and_what_a_day_used() -> None:
    task = replace(a_task(), limit_told=10, dollars_allowed=12.0)
    spent = Spent(turns=2, dollars=5.0)
    budgets = budgets_of(SpendLimits(task=10, day=5), task, spent, a_day("tue"))
    assert budgets == [
        Budget("task", task.id, 10, 5.0, 12.0, is_told=True),
        Budget("day", "tue", 5, 0.25),
    ]
    assert budgets_of(SpendLimits(), task, spent, a_day()) == []


def test_a_limit_is_near_at_four_fifths_until_that_was_announced() -> None:
    near = Budget("task", "t-1", 10, 8.0)
    assert (near.is_near, near.is_used_up) == (True, False)
    assert not near._replace(is_told=True).is_near
    assert not near._replace(used=7.9).is_near


def test_a_limit_is_used_up_at_all_of_it_and_a_yes_is_good_for_a_fifth_more() -> None:
    used_up = Budget("task", "t-1", 10, 10.0)
    assert used_up.is_used_up
    assert used_up._replace(used=10.5).is_used_up
    assert (used_up.key, used_up.more) == (("task", "t-1"), 2.0)
    assert used_up.words() == "$10.00 of the task's $10 are used"
    assert not used_up._replace(allowed=used_up.next_allowed).is_used_up
    assert used_up._replace(used=12.0, allowed=used_up.next_allowed).is_used_up


def test_a_limit_that_was_changed_since_it_was_told_is_told_again() -> None:
    for told in (9, 11):
        task = replace(a_task(), limit_told=told)
        (budget,) = budgets_of(SpendLimits(task=10), task, Spent(dollars=9.0), a_day())
        assert budget.is_near
