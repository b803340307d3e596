"""Passes on keys one at a time, so that each acts where the last one led, however fast they come.

Textual gives a key to the widget that has the focus when the key arrives. If two keys arrive
together, the second would go where the first was typed, and keys for a dialog that is still being
built would be lost.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from textual import events
from textual.app import App
from textual.message import Message

_ROUNDS = 2  # the key itself, then its effect: focus, cursor, a dialog
_PATIENCE = 1.0  # seconds; a marker is lost if its dialog closes meanwhile


class KeyPassed(Message):
    """Follows a key through the widgets: when it is back at the app, the key has acted."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class TypedKeys:
    """Holds keys and pastes until the earlier ones have acted."""

    def __init__(self, app: App[int], deliver: Callable[[events.Event], Awaitable[None]]) -> None:
        self.typed_at = 0.0  # when the key that acts now was read
        self._app = app
        self._deliver = deliver
        self._held: deque[events.Event] = deque()
        self._number = 0
        self._rounds_left = 0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def are_acting(self) -> bool:
        """Tell whether a key is still acting, and has not taken too long."""
        timer = self._timer
        return timer is not None and timer.when() > asyncio.get_running_loop().time()

    async def take(self, event: events.Event) -> None:
        """Deliver a key or a paste: at once, unless an earlier one is still acting."""
        self._held.append(event)
        if self._timer is None:
            await self._deliver_next()

    async def passed(self, marker: KeyPassed) -> None:
        """Deliver the next key once the last one has acted."""
        if self._timer is None or marker.number != self._number:
            return
        self._timer.cancel()
        self._timer = None
        if self._rounds_left:
            self._follow()
        else:
            await self._deliver_next()

    async def _deliver_next(self) -> None:
        if not self._held or not self._app.screen_stack:
            return
        event = self._held.popleft()
        self.typed_at = event.time
        await self._deliver(event)
        self._rounds_left = _ROUNDS
        self._follow()

    def _follow(self) -> None:
        """Send a marker after the key; a screen takes it only once it is complete."""
        self._rounds_left -= 1
        self._number += 1
        number = self._number
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(_PATIENCE, lambda: self._app.post_message(KeyPassed(number)))
        target = self._app.focused or self._app.screen
        if not target.post_message(KeyPassed(number)):
            self._app.post_message(KeyPassed(number))
