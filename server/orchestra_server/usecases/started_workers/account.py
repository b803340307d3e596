"""What a worker's turns use, as its agent tells it."""

from datetime import datetime

from orchestra_core.workers.started_worker import Spent
from orchestra_server.agents.reports import Used


def spent_of(used: Used) -> Spent:
    """Return what a report says was used."""
    return Spent(
        tokens_in=used.tokens_in,
        tokens_out=used.tokens_out,
        tokens_cached=used.tokens_cache_read + used.tokens_cache_write,
        dollars=used.dollars or 0.0,
    )


def today() -> str:
    """Return the day here, as amounts are summed by it."""
    return datetime.now().astimezone().date().isoformat()
