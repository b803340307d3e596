import asyncio

import pytest

from orchestra_core.errors import StoreUnavailable
from orchestra_core.store.client import subscription_buffer
from orchestra_core.store.client.subscription_buffer import Heard, SubscriptionBuffer


class Messages:
    """A subscription that hears what is put in, and breaks at None."""

    def __init__(self) -> None:
        self.queue = asyncio.Queue[bytes | None]()

    async def hear(self) -> Heard:
        payload = await self.queue.get()
        if payload is None:
            raise StoreUnavailable("the connection was lost")
        return b"bell", payload

    def put(self, *payloads: bytes | None) -> None:
        for payload in payloads:
            self.queue.put_nowait(payload)


async def test_what_has_come_is_taken_together() -> None:
    messages = Messages()
    messages.put(b"1", b"2", b"3")
    async with SubscriptionBuffer(messages) as ringing:
        assert await ringing.wait(5) == [(b"bell", b"1"), (b"bell", b"2"), (b"bell", b"3")]


async def test_nothing_in_time_is_an_empty_list() -> None:
    async with SubscriptionBuffer(Messages()) as ringing:
        assert await ringing.wait(0.01) == []


async def test_what_came_before_the_end_is_handed_out_before_it_is_told() -> None:
    messages = Messages()
    messages.put(b"1", None)
    async with SubscriptionBuffer(messages) as ringing:
        assert await ringing.wait(5) == [(b"bell", b"1")]
        for _ in range(2):
            with pytest.raises(StoreUnavailable, match="the connection was lost"):
                await ringing.wait(5)


async def test_too_much_unread_is_dropped_and_told_as_nothing_heard(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(subscription_buffer, "MOST_UNREAD", 2)
    messages = Messages()
    messages.put(b"1", b"2", b"3")
    async with SubscriptionBuffer(messages) as ringing:
        assert await ringing.wait(5) == []
        messages.put(b"4")
        assert await ringing.wait(5) == [(b"bell", b"4")]
