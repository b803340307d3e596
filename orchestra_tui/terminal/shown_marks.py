"""Finds when the terminal has shown a paint: it is asked, and answers among the keys.

Keys that come before its answer were typed before the operator could see the paint, however slow
the connection is. A terminal that never answers is assumed to be quick.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator

ASK = "\x1b[5n"  # DSR, "are you well": every terminal since the VT100 answers it
ANSWER = "\x1b[0n"
_MUTE_SECONDS = 0.3  # seconds until a terminal counts as one that does not answer
_FAR_SECONDS = 5.0  # seconds until the answer of a terminal that can answer is lost


class ShownMarks:
    """Asks with `write`, and calls back in order."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._waiting: deque[tuple[Callable[[], None], asyncio.TimerHandle]] = deque()
        self._answers = False
        self._given_up: deque[float] = deque()  # when asked; their answers may still be on the way
        self._part = ""  # the beginning of an answer whose end is on the way

    def ask(self, callback: Callable[[], None]) -> None:
        """Call back once everything written so far has been shown."""
        self._waiting.append((callback, self._patience()))
        self._write(ASK)

    def keys_in(self, text: str) -> Iterator[str]:
        """Yield what was typed, without the answers; each answer takes effect when it is passed."""
        text = self._part + text
        self._part = ""
        *before, rest = text.split(ANSWER)
        for keys in before:
            yield keys
            self._hear()
        if self._waiting:
            self._part = _beginning(rest)
        yield rest[: len(rest) - len(self._part)]

    def keys_held(self) -> str:
        """Return what began like an answer but did not continue."""
        part, self._part = self._part, ""
        return part

    def _hear(self) -> None:
        if not self._answers:
            self._answers = True
            self._be_patient()
        now = asyncio.get_running_loop().time()
        while self._given_up and self._given_up[0] < now - _FAR_SECONDS:
            self._given_up.popleft()
        if self._given_up:
            self._given_up.popleft()
        else:
            self._call_next()

    def _be_patient(self) -> None:
        """Give waiting questions the timeout of a terminal that does answer."""
        waiting, self._waiting = self._waiting, deque()
        for callback, timer in waiting:
            timer.cancel()
            self._waiting.append((callback, self._patience()))

    def _patience(self) -> asyncio.TimerHandle:
        seconds = _FAR_SECONDS if self._answers else _MUTE_SECONDS
        return asyncio.get_running_loop().call_later(seconds, self._give_up)

    def _give_up(self) -> None:
        if not self._answers:
            self._given_up.append(asyncio.get_running_loop().time())
        self._call_next()

    def _call_next(self) -> None:
        if self._waiting:
            callback, timer = self._waiting.popleft()
            timer.cancel()
            callback()


def _beginning(text: str) -> str:
    """Return the end of `text` that may be the beginning of an answer."""
    for length in range(min(len(ANSWER) - 1, len(text)), 0, -1):
        if ANSWER.startswith(text[-length:]):
            return text[-length:]
    return ""
