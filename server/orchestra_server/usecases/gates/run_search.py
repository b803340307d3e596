"""Answers the questions of a search for chambers that fail together."""

from collections.abc import Awaitable, Callable, Generator
from typing import TypeVar

from orchestra_server.domain.gates.culprits import Names

Found = TypeVar("Found")


async def run_search(
    search: Generator[Names, bool, Found], passes: Callable[[Names], Awaitable[bool]]
) -> Found:
    """Return what a search finds; `passes` tells of a set of chambers whether it passes."""
    try:
        question = next(search)
        while True:
            question = search.send(await passes(question))
    except StopIteration as end:
        return end.value
