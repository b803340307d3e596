"""A search asks, is answered, and its finding is returned."""

from collections.abc import Generator

import pytest

from orchestra_server.domain.gates.find_red_set import Names
from orchestra_server.usecases.gates.run_search import run_search


async def test_each_question_is_answered_in_turn_and_the_finding_is_returned() -> None:
    asked: list[Names] = []

    def search() -> Generator[Names, bool, list[bool]]:
        first = yield ("auth",)
        second = yield ("auth", "api")
        return [first, second]

    async def passes(names: Names) -> bool:
        asked.append(names)
        return len(names) == 1

    assert await run_search(search(), passes) == [True, False]
    assert asked == [("auth",), ("auth", "api")]


async def test_a_search_without_a_question_asks_nobody() -> None:
    def search() -> Generator[Names, bool, str]:
        return "nothing to find"
        yield ()

    async def passes(names: Names) -> bool:
        pytest.fail(f"asked about {names}")

    assert await run_search(search(), passes) == "nothing to find"


async def test_a_question_that_cannot_be_answered_ends_the_search() -> None:
    def search() -> Generator[Names, bool, bool]:
        return (yield ("auth",))

    async def passes(names: Names) -> bool:
        raise RuntimeError(*names)

    with pytest.raises(RuntimeError, match="auth"):
        await run_search(search(), passes)
