"""Waits until a widget has handled every key that was typed into it."""

import asyncio

from textual.message_pump import MessagePump


async def keys_handled(widget: MessagePump) -> None:
    """Return once `widget` has handled what was sent to it so far.

    A binding with priority runs before the keys typed earlier have reached their widget.
    """
    handled = asyncio.Event()
    widget.call_later(handled.set)
    await handled.wait()
