"""A person at a real room, who sends messages from it and reopens it whenever it is killed."""

import os
import random
import signal
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from tests.support.room.real_room import ROOM
from tests.support.room.terminal import Terminal, terminal

_CTRL_S, _CTRL_U, _ESCAPE = "\x13", "\x15", "\x1b"
_OPENS_IN = 60.0  # seconds, on a busy machine with a store that is killed meanwhile
_ANSWERS_IN = 10.0
_KILLED_LIVE, _KILLED_OPENING = 0.2, 0.1  # shares of the attempts
_DIALOG, _SENT = "Interrupt ", "✓ sent"


class ChaosRoom:
    """The room and its person, in a thread."""

    def __init__(
        self,
        repository: Path,
        environ: Mapping[str, str],
        chance: random.Random,
        on_try: Callable[[str], None],
    ) -> None:
        """`on_try` gets each message just before it is sent."""
        self._repository = repository
        self._environ = {**environ, "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}
        self._chance = chance
        self._on_try = on_try
        self._shown: Terminal | None = None
        self._was_killed = False
        self._is_live = False
        self.opened = 0
        self.sent = 0
        self.acknowledged: list[str] = []  # messages that the room has shown as sent
        self.complaints: list[str] = []

    def use(self, over: threading.Event) -> None:
        """Use the room until the end, and reopen it when it was killed. Blocking."""
        while not over.is_set():
            with terminal(ROOM, self._repository, self._environ, patience=_OPENS_IN) as shown:
                self._shown, self._was_killed, self._is_live = shown, False, False
                try:
                    shown.wait_for("● live")
                    self.opened += 1
                    self._is_live = True
                    while not over.is_set():
                        self._send(shown)
                except AssertionError as failure:
                    if not self._was_killed:
                        self.complaints.append(str(failure))
                finally:
                    self._shown = None

    def kill(self) -> bool:
        """Kill the room, and nothing that it has started; return whether it was killed.

        One that is still opening is mostly spared: it would never get to send a message.
        """
        shown = self._shown
        if shown is None or self._was_killed:
            return False
        if self._chance.random() > (_KILLED_LIVE if self._is_live else _KILLED_OPENING):
            return False
        self._was_killed = True
        with suppress(ProcessLookupError):
            os.kill(shown.process.pid, signal.SIGKILL)
        return True

    def _send(self, shown: Terminal) -> None:
        """Write a message to one of the chambers, as a person does who looks at the screen.

        While the store or the room's server is away, the room says so and sends nothing.
        """
        shown.press("2" + "j" * self._chance.randrange(4) + "i")
        if shown.shows(lambda screen: _DIALOG in screen, _ANSWERS_IN):
            mark = f"chaos-room-{self.sent}"
            self.sent += 1
            # A room that was slow reads escape and the next keys at once, which is another key: the
            # dialog of the last attempt is still open then, and has those keys in it.
            shown.press(_CTRL_U + mark)
            shown.wait_for(mark)
            self._on_try(mark)
            shown.press(_CTRL_S)
            if shown.shows(lambda screen: _SENT in screen, _ANSWERS_IN):
                self.acknowledged.append(mark)
        shown.press(_ESCAPE)
        shown.wait_until(lambda screen: _DIALOG not in screen, "the dialog's end")

    def look(self, *texts: str) -> None:
        """Open the room once more and see that it shows these texts. Blocking."""
        with terminal(ROOM, self._repository, self._environ, patience=_OPENS_IN) as shown:
            shown.wait_for("● live", *texts)
