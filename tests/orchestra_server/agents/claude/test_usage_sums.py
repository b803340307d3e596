import pytest

from orchestra_server.agents.claude.messages import (
    ApiMessage,
    ClientMessage,
    TokenCounts,
    TokenSums,
)
from orchestra_server.agents.claude.usage_sums import UsageSums
from orchestra_server.agents.reports import Used


def sums(tokens: int, dollars: float) -> dict[str, TokenSums]:
    return {"opus": TokenSums(tokens, tokens, 2 * tokens, 0, dollars, context_window=200_000)}


@pytest.mark.parametrize("is_resumed", [False, True])
def test_a_turns_share_is_taken_from_the_client_if_it_reports_it(*, is_resumed: bool) -> None:
    usage = UsageSums(is_resumed=is_resumed)
    share = {**sums(3, 0.5), "haiku": TokenSums(1, 1, cost_usd=0.25)}
    result = ClientMessage("result", model_usage_since_last_result=share, model_usage=sums(90, 9))
    assert usage.used(result) == Used(4, 4, 6, 0, 0.75, 0, 200_000)


@pytest.mark.parametrize(
    ("is_resumed", "first"),
    [(False, Used(5, 5, 10, 0, 0.5, 0, 200_000)), (True, Used(context_window=200_000))],
)
def test_sums_of_an_older_client_are_split_into_turns(*, is_resumed: bool, first: Used) -> None:
    usage = UsageSums(is_resumed=is_resumed)
    assert usage.used(ClientMessage("result", model_usage=sums(5, 0.5))) == first
    assert usage.used(ClientMessage("result", model_usage=sums(7, 0.75))).tokens_in == 2
    assert usage.used(ClientMessage("result", model_usage=sums(7, 0.75))).dollars == 0


def test_the_context_is_that_of_the_agents_own_last_message() -> None:
    usage = UsageSums(is_resumed=False)
    own = ApiMessage(usage=TokenCounts(10, 2, 100, 8))
    usage.see(ClientMessage("assistant", message=own))
    subagents = ApiMessage(usage=TokenCounts(1, 1))
    usage.see(ClientMessage("assistant", message=subagents, parent_tool_use_id="toolu_1"))
    assert usage.used(ClientMessage("result")).context_used == 120
