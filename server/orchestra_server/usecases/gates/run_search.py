"""Drives a search for chambers that fail together, by answering its questions."""

from collections.abc import Awaitable, Callable, Generator
from typing import TypeVar

from orchestra_server.domain.gates.find_red_set import Names

Found = TypeVar("Found")


async def run_search(
    search: Generator[Names, bool, Found], passes: Callable[[Names], Awaitable[bool]]
) -> Found:
    """Return the result of a search; `passes` tells whether a set of chambers passes."""
    try:
        question = next(search)
        while True:
            question = search.send(await passes(question))
    except StopIteration as end:
        return end.value
