"""What a turn has used, computed from the counts in its result.

Older clients count from the beginning of the conversation, even if a later process continues it.
What was used before is then unknown, so the first result of such a process counts nothing.
"""

from collections.abc import Iterable
from typing import NamedTuple

from orchestra_server.agents.claude.messages import ClientMessage, TokenSums
from orchestra_server.agents.reports import Used


class _Sums(NamedTuple):
    tokens_in: int
    tokens_out: int
    cache_read: int
    cache_write: int
    dollars: float | None


class UsageSums:
    """Gives each turn its own share."""

    def __init__(self, *, is_resumed: bool) -> None:
        self._before = None if is_resumed else _Sums(0, 0, 0, 0, 0.0)
        self._context = 0

    def see(self, message: ClientMessage) -> None:
        """Note how full the context window is at a message of the main agent."""
        usage = message.message.usage if message.message else None
        if usage and not message.parent_tool_use_id:
            self._context = usage.context or self._context

    def used(self, result: ClientMessage) -> Used:
        """Return what was used since the last result."""
        sums = _sums(result.model_usage.values())
        if result.model_usage_since_last_result is not None:
            share = _sums(result.model_usage_since_last_result.values())
        elif self._before is None:
            share = _Sums(0, 0, 0, 0, None)
        else:
            share = _difference(sums, self._before)
        self._before = sums
        window = max((model.context_window for model in result.model_usage.values()), default=0)
        return Used(*share, context_used=self._context, context_window=window)


def _sums(models: Iterable[TokenSums]) -> _Sums:
    models = list(models)
    costs = [model.cost_usd for model in models]
    return _Sums(
        sum(model.input_tokens for model in models),
        sum(model.output_tokens for model in models),
        sum(model.cache_read_input_tokens for model in models),
        sum(model.cache_creation_input_tokens for model in models),
        None if None in costs else sum(cost for cost in costs if cost is not None),
    )


def _difference(sums: _Sums, before: _Sums) -> _Sums:
    dollars = None
    if sums.dollars is not None and before.dollars is not None:
        dollars = max(0.0, sums.dollars - before.dollars)
    return _Sums(
        max(0, sums.tokens_in - before.tokens_in),
        max(0, sums.tokens_out - before.tokens_out),
        max(0, sums.cache_read - before.cache_read),
        max(0, sums.cache_write - before.cache_write),
        dollars,
    )
