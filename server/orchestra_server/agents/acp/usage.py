"""What a turn has used, computed from the cost that agents sum over the session."""

from orchestra_server.agents.acp.messages import PromptEnd, SessionUpdate
from orchestra_server.agents.reports import Used

_NO_TOKENS = (0, 0, 0, 0)


class SessionUsage:
    """Gives each turn its own share, and none of what was used before the session was resumed."""

    def __init__(self, *, is_resumed: bool) -> None:
        self._before: float | None = None if is_resumed else 0.0
        self._amount: float | None = None
        self._context = self._window = 0
        self._tokens = _NO_TOKENS

    def see(self, update: SessionUpdate) -> None:
        """Take in a `usage_update`."""
        self._context, self._window = update.used or self._context, update.size or self._window
        if update.cost and update.cost.currency in ("", "USD"):
            self._amount = update.cost.amount

    def add(self, end: PromptEnd) -> None:
        """Take in the end of a prompt."""
        usage = end.usage
        if usage:
            sent, written, read_cache, write_cache = self._tokens
            self._tokens = (
                sent + usage.input_tokens,
                written + usage.output_tokens,
                read_cache + (usage.cached_read_tokens or 0),
                write_cache + (usage.cached_write_tokens or 0),
            )

    def used(self) -> Used:
        """Return what was used since the last time."""
        dollars = None
        if self._amount is not None:
            if self._before is not None:
                dollars = max(0.0, self._amount - self._before)
            self._before = self._amount
        share = Used(*self._tokens, dollars, self._context, self._window)
        self._tokens = _NO_TOKENS
        return share
