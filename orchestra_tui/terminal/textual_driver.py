"""A Textual driver for a terminal that may vanish at any moment, without polling.

Textual's own driver reads keys in a thread that wakes ten times a second, and paints through a
bounded queue to a thread that dies at the first failed write: when the terminal was gone, the app
waited forever for space in that queue. Here the event loop itself reads keys, and painting never
waits.
"""

import os
import signal
import termios
import time
from codecs import getincrementaldecoder
from collections.abc import Callable

from textual import constants
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from orchestra_tui.terminal.output import TerminalOutput
from orchestra_tui.terminal.shown_marks import ShownMarks

_AT_ONCE = 4_096  # bytes
_FLUSH_SECONDS = 1.0
_CLOCK_SLACK = 0.01  # seconds; the parser uses another clock than the loop
# XTWINOPS: terminals that do not know them ignore them.
_KEEP_TITLE, _FORMER_TITLE = "\x1b[22;2t", "\x1b[23;2t"
_SIGNALLED = 128  # shells add this to a signal's number


class RoomDriver(LinuxDriver):
    """Reads keys in the event loop, paints in a thread, and ends with the terminal.

    Once the terminal is gone, the app is told to exit as by a SIGHUP, which only reaches the leader
    of the terminal's session.
    """

    _output: TerminalOutput | None = None
    _input_at = time.monotonic()
    _in_use = False
    _title = ""

    def set_title(self, title: str) -> None:
        """Set the title of the terminal's window; the former title comes back at the end."""
        if title != self._title:
            self.write(f"{'' if self._title else _KEEP_TITLE}\x1b]2;{title}\x07")
            self._title = title

    @property
    def since_input(self) -> float:
        """The seconds since the last key or click, at first since the room was opened."""
        return time.monotonic() - self._input_at

    def write(self, data: str) -> None:
        """Queue `data` for the terminal."""
        if self._output is not None:
            self._output.write(data)

    def start_application_mode(self) -> None:
        """Take the terminal over."""
        self._parser = XTermParser(self._debug)
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._shown_marks = ShownMarks(self.write)
        file = self._file
        assert file is not None  # noqa: S101 - a room without stderr does not get this far
        self._output = TerminalOutput(
            file.fileno(),
            file.encoding,
            lambda: self._loop.call_soon_threadsafe(self._lost),
            lambda: self._loop.call_soon_threadsafe(self._paint_all),
        )
        self._output.start()
        super().start_application_mode()
        self._in_use = True
        self._loop.add_reader(self.fileno, self._read)
        self._shown_marks.ask(_nothing)  # to find out whether the terminal answers

    def when_shown(self, callback: Callable[[], None]) -> None:
        """Call back once the terminal has shown what was painted until now."""
        self._shown_marks.ask(callback)

    def disable_input(self) -> None:
        """Read no more keys."""
        self._loop.remove_reader(self.fileno)
        super().disable_input()

    def stop_application_mode(self) -> None:
        """Restore the terminal's former state."""
        self._in_use = False
        if self._title:
            self.write(_FORMER_TITLE)
            self._title = ""
        super().stop_application_mode()

    def close(self) -> None:
        """Write what is still queued, if the terminal accepts it."""
        super().close()
        if self._output is not None:
            self._output.close(_FLUSH_SECONDS)

    def resume_application_mode(self) -> None:
        """Take over the terminal after a stop; a SIGCONT also follows a lost terminal's SIGHUP."""
        try:
            termios.tcgetattr(self.fileno)
        except termios.error:
            return
        if self._in_use:  # stopped without notice (SIGSTOP), so the terminal was not given back
            self.suspend_application_mode()
        super().resume_application_mode()
        self._loop.call_soon_threadsafe(self._paint_all)  # the screen is blank now

    @property
    def can_suspend(self) -> bool:
        """Whether a shell can continue the process: not if its job contains the session leader.

        The kernel ignores SIGTSTP in such a job for the same reason.
        """
        return os.getpgid(os.getsid(0)) != os.getpgrp()

    def _sigtstp_application(self, *_: object) -> None:
        """Restore the terminal and stop, if a shell can continue the process."""
        if self.can_suspend:
            if self._in_use:
                self.suspend_application_mode()
            os.kill(os.getpid(), signal.SIGSTOP)

    def send_message(self, message: Message) -> None:
        """Pass a message from the terminal to the app, whose event loop has read it."""
        self._app.post_message(message)

    def _run_input_thread(self) -> None:
        """Return at once: Textual starts a thread for input, which has nothing to do here."""

    def _read(self) -> None:
        """Read what is there; end of file means that the terminal is gone."""
        try:
            data = os.read(self.fileno, _AT_ONCE)
        except InterruptedError:
            return
        except OSError:
            data = b""
        if not data:
            self._lost()
            return
        for keys in self._shown_marks.keys_in(self._decode(data)):
            self._parse(keys)
        # A sequence that does not continue is keys after all; each read postpones that decision.
        self._loop.call_later(constants.ESCAPE_DELAY + _CLOCK_SLACK, self._tick)

    def _parse(self, keys: str) -> None:
        if keys:  # the parser takes an empty text for the end of input
            self._input_at = time.monotonic()
            for message in self._parser.feed(keys):
                self.process_message(message)

    def _tick(self) -> None:
        self._parse(self._shown_marks.keys_held())
        for message in self._parser.tick():
            self.process_message(message)

    def _lost(self) -> None:
        self._loop.remove_reader(self.fileno)
        if self._app.return_code is None:  # not already leaving
            self._app.exit(return_code=_SIGNALLED + signal.SIGHUP)

    def _paint_all(self) -> None:
        self._app.refresh(layout=True)


def _nothing() -> None:
    """Take the place of a callback that waits for an answer."""
