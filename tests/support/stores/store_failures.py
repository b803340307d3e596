"""Opening a store at a server that plays a part, and the line with which it fails."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from orchestra_core.errors import BadInput, StoreUnavailable
from orchestra_core.settings import Settings
from orchestra_core.store.open_store import open_store
from tests.support.stores.scripted_server import Reply, bulk


async def failure(settings: Settings, url: str) -> str:
    """Return the line with which opening fails."""
    with pytest.raises((StoreUnavailable, BadInput)) as caught:
        async with open_store("p", replace(settings, redis_url=url)):
            pass
    line = str(caught.value)
    assert "\n" not in line
    return line


def knowing(info: str) -> Callable[[list[str]], Reply]:
    """Answer INFO with a text and everything else with OK."""
    return lambda words: bulk(info) if words[0] == "INFO" else b"+OK\r\n"
