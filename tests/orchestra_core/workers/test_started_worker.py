"""What a started worker has used adds up, by the day."""

from orchestra_core.workers.started_worker import Spent, spent_on_day, spent_on_task, total
from tests.support.samples import a_started_worker

TURN = Spent(turns=1, tokens_in=10, tokens_out=5, tokens_cached=100, dollars=0.25)


def test_what_turns_use_adds_up_by_the_day_and_in_all() -> None:
    worker = a_started_worker().with_spent("2026-11-28", TURN).with_spent("2026-11-28", TURN)
    worker = worker.with_spent("2026-11-29", TURN)
    assert worker.spent_on["2026-11-28"].tokens == 230
    assert worker.spent == total([TURN, TURN, TURN])
    assert (worker.spent.turns, worker.spent.dollars) == (3, 0.75)
    assert spent_on_task([worker], worker.task_id) == worker.spent
    assert spent_on_task([worker], "another") == Spent()
    assert spent_on_day([worker, worker], "2026-11-29") == total([TURN, TURN])
