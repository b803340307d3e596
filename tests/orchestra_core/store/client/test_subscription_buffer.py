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


async def test_waiting_messages_are_taken_together() -> None:
    messages = Messages()
    messages.put(b"1", b"2", b"3")
    async with SubscriptionBuffer(messages) as ringing:
        assert await ringing.wait(5) == [(b"bell", b"1"), (b"bell", b"2"), (b"bell", b"3")]


async def test_a_timeout_returns_an_empty_list() -> None:
    async with SubscriptionBuffer(Messages()) as ringing:
        assert await ringing.wait(0.01) == []


async def test_messages_received_before_the_end_are_returned_before_the_error() -> None:
    messages = Messages()
    messages.put(b"1", None)
    async with SubscriptionBuffer(messages) as ringing:
        assert await ringing.wait(5) == [(b"bell", b"1")]
        for _ in range(2):
            with pytest.raises(StoreUnavailable, match="the connection was lost"):
                await ringing.wait(5)


async def test_on_overflow_the_messages_are_dropped_and_a_gap_is_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(subscription_buffer, "MOST_UNREAD", 2)
    messages = Messages()
    messages.put(b"1", b"2", b"3")
    async with SubscriptionBuffer(messages) as ringing:
        assert await ringing.wait(5) == []
        messages.put(b"4")
        assert await ringing.wait(5) == [(b"bell", b"4")]
