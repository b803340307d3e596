"""A program on a real pseudo-terminal, with pyte as the terminal that shows it."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pyte

from orchestra_tui.screens.shown_question import TYPED_BEFORE

_PATIENCE = 30.0  # seconds until a screen that does not come fails the test
_LEAVE_SECONDS = 10.0
# Makes the terminal the session's own, so that the kernel tells of its end (tty_ioctl(4)).
_TAKE = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
_CONTROLLING = (sys.executable, "-c", _TAKE + "os.execv(sys.argv[1], sys.argv[1:])")


class AnsweringScreen(pyte.Screen):
    """A screen that answers what programs ask of terminals, while `answers` says so."""

    def __init__(self, size: tuple[int, int], master: int) -> None:
        super().__init__(*size)
        self.answers = True
        self.confirmed = ""  # what stood there when the program last heard that it was shown
        self._master = master

    def write_process_input(self, data: str) -> None:
        if self.answers:
            os.write(self._master, data.encode())
            self.confirmed = "\n".join(self.display)


class Terminal:
    """Shows what the program paints; every wait is on what stands on the screen."""

    def __init__(
        self,
        process: "subprocess.Popen[bytes]",
        master: int,
        size: tuple[int, int],
        patience: float = _PATIENCE,
    ) -> None:
        self.process = process
        self._master = master
        self._screen = AnsweringScreen(size, master)
        self._stream = pyte.ByteStream(self._screen)
        self._raw = b""
        self._patience = patience

    @property
    def text(self) -> str:
        """What stands on the screen, line by line."""
        return "\n".join(self._screen.display)

    def answer(self, *, by_itself: bool) -> None:
        """Let the terminal answer what it is asked, or leave that to the test."""
        self._screen.answers = by_itself

    def press(self, keys: str) -> None:
        """Type `keys` as a terminal sends them."""
        os.write(self._master, keys.encode())

    def wait_until(self, met: Callable[[str], bool], what: str = "what was waited for") -> str:
        """Return the screen once `met` holds for it; the screen it failed on is in the message."""
        assert self.shows(met, self._patience, what), f"{what} does not show:\n{self.text}"
        return self.text

    def shows(
        self, met: Callable[[str], bool], seconds: float, what: str = "what was waited for"
    ) -> bool:
        """Tell whether `met` holds for the screen within so many seconds."""
        deadline = time.monotonic() + seconds
        while not met(self.text):
            seconds_left = deadline - time.monotonic()
            if seconds_left <= 0:
                return False
            assert self._take(seconds_left), f"the program ended before {what} showed:\n{self.text}"
        return True

    def wait_for(self, *texts: str) -> str:
        """Return the screen once all of `texts` stand on it."""
        return self.wait_until(showing(*texts), str(texts))

    def answer_question(self, key: str, question: str, answered: Callable[[str], bool]) -> None:
        """Press `key` once the program has heard that `question` is shown, until it is answered.

        A program that asks something else meanwhile refuses the key, and gets it once more.
        """
        self.wait_until(lambda _screen: question in self._screen.confirmed, repr(question))
        self.press(key)
        self.wait_until(lambda screen: answered(screen) or TYPED_BEFORE in screen, "an answer")
        if not answered(self.text):
            self.press(key)
            self.wait_until(answered, f"an answer to {question!r}")

    def wait_raw(self, text: str) -> None:
        """Wait until the program has written `text`, escape sequences included."""
        self.wait_until(lambda _screen: text.encode() in self._raw, repr(text))

    def vanish(self) -> None:
        """Close the terminal under the program."""
        os.close(self._master)
        self._master = -1

    def close(self) -> None:
        """Close the terminal, if it is still there."""
        if self._master >= 0:
            self.vanish()

    def wait_end(self) -> int:
        """Read until the program has left, and return its exit code."""
        deadline = time.monotonic() + _PATIENCE
        while (seconds_left := deadline - time.monotonic()) > 0 and self._take(seconds_left):
            pass
        return self.process.wait(_LEAVE_SECONDS)

    def _take(self, seconds: float) -> bool:
        """Show what the program writes next; False once it has left."""
        readable, _, _ = select.select([self._master], [], [], min(seconds, 1.0))
        if not readable:
            return self.process.poll() is None
        try:
            data = os.read(self._master, 65536)
        except OSError:  # Linux reports the other side's end this way
            return False
        self._raw += data
        self._stream.feed(data)
        return bool(data)


def showing(*texts: str) -> Callable[[str], bool]:
    """Return what tells whether all of `texts` stand on a screen."""
    return lambda screen: all(text in screen for text in texts)


@contextmanager
def terminal(
    command: Sequence[str],
    directory: Path,
    environ: Mapping[str, str],
    size: tuple[int, int] = (120, 40),
    *,
    controlling: bool = False,
    patience: float = _PATIENCE,
) -> Generator[Terminal]:
    """Start `command` on a terminal of its own; at the end its whole session is gone."""
    master, slave = pty.openpty()
    columns, lines = size
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    process = subprocess.Popen(
        (*_CONTROLLING, *command) if controlling else command,
        cwd=directory,
        env={**environ, "TERM": "xterm-256color", "COLUMNS": str(columns), "LINES": str(lines)},
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
    )
    os.close(slave)
    shown = Terminal(process, master, size, patience)
    try:
        yield shown
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(_LEAVE_SECONDS)
        shown.close()
