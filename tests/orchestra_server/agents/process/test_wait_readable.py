"""Waiting for pipes in the event loop."""

import asyncio
import os
from collections.abc import Iterator

import pytest

from orchestra_server.agents.process.wait_readable import wait_readable


@pytest.fixture
def pipes() -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    both = os.pipe(), os.pipe()
    yield both
    for descriptor in (*both[0], *both[1]):
        os.close(descriptor)


async def test_only_pipes_that_hold_something_are_returned(
    pipes: tuple[tuple[int, int], tuple[int, int]],
) -> None:
    (first, into_first), (second, into_second) = pipes
    os.write(into_second, b"x")
    assert await wait_readable({first, second}) == {second}
    os.write(into_first, b"x")
    assert await wait_readable({first, second}) <= {first, second}


async def test_a_wait_for_pipes_ends_when_something_comes(
    pipes: tuple[tuple[int, int], tuple[int, int]],
) -> None:
    (first, into_first), _ = pipes
    waiting = asyncio.ensure_future(wait_readable({first}))
    await asyncio.sleep(0)
    assert not waiting.done()
    os.write(into_first, b"x")
    assert await waiting == {first}


async def test_a_wait_for_pipes_returns_nothing_if_the_other_event_comes_first(
    pipes: tuple[tuple[int, int], tuple[int, int]],
) -> None:
    (first, into_first), _ = pipes
    ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    waiting = asyncio.ensure_future(wait_readable({first}, ended))
    await asyncio.sleep(0)
    ended.set_result(0)
    assert await waiting == set()
    os.write(into_first, b"x")
    assert await wait_readable({first}) == {first}


async def test_a_wait_that_is_given_up_leaves_the_pipes_to_the_next_one(
    pipes: tuple[tuple[int, int], tuple[int, int]],
) -> None:
    (first, into_first), _ = pipes
    waiting = asyncio.ensure_future(wait_readable({first}))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not asyncio.get_running_loop().remove_reader(first)
    os.write(into_first, b"x")
    assert await wait_readable({first}) == {first}
