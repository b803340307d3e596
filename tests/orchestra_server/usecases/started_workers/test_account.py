"""What an agent tells of its use becomes what is kept."""

from datetime import date

from orchestra_core.workers.started_worker import Spent
from orchestra_server.agents.reports import Used
from orchestra_server.usecases.started_workers.account import spent_of, today


def test_the_tokens_of_the_cache_count_together_and_no_dollars_are_none() -> None:
    used = Used(tokens_in=1, tokens_out=2, tokens_cache_read=3, tokens_cache_write=4)
    assert spent_of(used) == Spent(tokens_in=1, tokens_out=2, tokens_cached=7)


def test_a_day_is_named_by_its_date() -> None:
    assert date.fromisoformat(today())
