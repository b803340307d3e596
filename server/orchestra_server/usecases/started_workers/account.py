"""What a worker's turns use, as its agent tells it, and how much they may."""

import os
from datetime import datetime

from orchestra_core.configuration.configuration import read_configuration
from orchestra_core.workers.started_worker import Spent
from orchestra_server.agents.reports import Used
from orchestra_server.domain.workers.spend_limits import SpendLimits


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


def read_spend_limits() -> SpendLimits:
    """Return the limits of the person's configuration, as it is now. Blocking."""
    configuration = read_configuration(os.environ, None)

    def limit(name: str) -> int:
        value = configuration.value(name)
        return value if isinstance(value, int) else 0

    return SpendLimits(limit("limits.task_dollars"), limit("limits.day_dollars"))
