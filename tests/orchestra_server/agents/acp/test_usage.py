import pytest

from orchestra_server.agents.acp.messages import PromptEnd, SessionCost, SessionUpdate, TurnUsage
from orchestra_server.agents.acp.usage import SessionUsage


def cost(amount: float, currency: str = "USD") -> SessionUpdate:
    return SessionUpdate("usage_update", cost=SessionCost(amount, currency))


@pytest.mark.parametrize(("is_resumed", "first"), [(False, 0.5), (True, None)])
def test_each_turn_gets_its_share_of_a_sum(*, is_resumed: bool, first: float | None) -> None:
    usage = SessionUsage(is_resumed=is_resumed)
    usage.see(cost(0.5))
    assert usage.used().dollars == first
    usage.see(cost(0.75))
    usage.add(PromptEnd("end_turn", TurnUsage(1, 2, 3, 4)))
    usage.add(PromptEnd("end_turn", TurnUsage(1, 1)))
    used = usage.used()
    assert (used.tokens_in, used.tokens_out, used.tokens_cache_read, used.dollars) == (
        2,
        3,
        3,
        0.25,
    )
    assert usage.used().tokens_in == 0


def test_other_money_than_dollars_does_not_count() -> None:
    usage = SessionUsage(is_resumed=False)
    usage.see(cost(0.5, "EUR"))
    assert usage.used().dollars is None
