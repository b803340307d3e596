"""A room in a real tmux; reads what it paints and measures when the text changes."""

import fcntl
import os
import pty
import re
import select
import shlex
import shutil
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.figures.row import CannotMeasure

ROOM = (sys.executable, "-m", "orchestra_tui.command_line")
PATIENCE = 60.0  # seconds until a room that does not come up fails the row
_SIZE = (140, 44)
# Escape sequences: CSI, OSC, and the two-character ones (ECMA-48).
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-~])")
_UNFINISHED = re.compile(r"\x1b[^\x1b]{0,60}$")
_KEPT = 20_000  # characters
_CURSOR = re.compile(r"▌.{0,6}?([TX]\d{5})")


class RoomTerminal:
    """The text a room sends, without its escape sequences, and the keys it is sent."""

    def __init__(self, master: int, pane_pid: int) -> None:
        self.pid = pane_pid
        self._master = master
        self._raw = b""
        self._text = ""

    @property
    def text(self) -> str:
        """What has come since `forget`, as far back as it is kept."""
        return self._text

    def press(self, keys: str) -> None:
        """Send keys."""
        os.write(self._master, keys.encode())

    def read(self, seconds: float) -> bool:
        """Read the next output; return False if none comes in time."""
        if not select.select([self._master], [], [], max(0.0, seconds))[0]:
            return False
        try:
            self._raw += os.read(self._master, 1 << 20)
        except OSError as error:  # Linux reports the other side's end this way
            raise RuntimeError(f"the room ended: {self._text[-300:]}") from error
        text = self._raw.decode("utf-8", "ignore")
        held = _UNFINISHED.search(text)
        whole = text[: held.start()] if held else text
        self._raw = text[held.start() :].encode() if held else b""
        self._text = (self._text + _ESCAPES.sub("", whole))[-_KEPT:]
        return True

    def drain(self, seconds: float) -> None:
        """Read and discard output for this many seconds."""
        until = time.perf_counter() + seconds
        while (remaining := until - time.perf_counter()) > 0:
            self.read(remaining)

    def forget(self) -> None:
        """Forget the output so far."""
        self._text = ""

    def wait_for(self, text: str, seconds: float = PATIENCE) -> float:
        """Return how many milliseconds it takes until `text` comes; the whole time if it fails."""
        return self.wait_match(re.compile(re.escape(text)), "", seconds)[0]

    def wait_cursor(self, before: str, seconds: float) -> tuple[float, str]:
        """Wait until the cursor stands on another task than `before`; return ms and the task."""
        return self.wait_match(_CURSOR, before, seconds)

    def wait_match(
        self, pattern: re.Pattern[str], other_than: str, seconds: float
    ) -> tuple[float, str]:
        """Wait for a match whose first group (or all of it) is not `other_than`."""
        began = time.perf_counter()
        until = began + seconds
        while True:
            for match in pattern.finditer(self._text):
                said = match[pattern.groups and 1]
                if said != other_than:
                    taken = (time.perf_counter() - began) * 1_000
                    self._text = self._text[match.end() :]
                    return taken, said
            remaining = until - time.perf_counter()
            if remaining <= 0:
                return seconds * 1_000, ""
            self.read(remaining)


@contextmanager
def room_terminal(
    command: Sequence[str],
    directory: Path,
    environ: Mapping[str, str],
    scratch: Path,
    *,
    tmux: bool = True,
) -> Generator[RoomTerminal]:
    """Start `command` in a terminal of its own, with or without tmux."""
    if tmux:
        with _in_tmux(command, directory, environ, scratch) as room:
            yield room
        return
    with _on_terminal(command, directory, environ) as (master, pid):
        yield RoomTerminal(master, pid)


@contextmanager
def _in_tmux(
    command: Sequence[str], directory: Path, environ: Mapping[str, str], scratch: Path
) -> Generator[RoomTerminal]:
    program = shutil.which("tmux")
    if program is None:
        raise CannotMeasure("tmux is not installed")
    socket = scratch / f"tmux-{time.monotonic_ns() % 1_000_000}"
    settings = scratch / "tmux.conf"
    settings.write_text("set -g status off\nset -s escape-time 0\n", encoding="utf-8")
    base = (program, "-u", "-S", str(socket), "-f", str(settings))
    session = (*base, "new-session", "-c", str(directory), f"exec {shlex.join(command)}")
    with _on_terminal(session, directory, environ) as (master, _):
        try:
            yield RoomTerminal(master, _pane_pid(base))
        finally:
            subprocess.run([*base, "kill-server"], check=False, capture_output=True)


@contextmanager
def _on_terminal(
    command: Sequence[str], directory: Path, environ: Mapping[str, str]
) -> Generator[tuple[int, int]]:
    """Give the terminal's other end and the process, which is asked to exit at the end."""
    master, slave = pty.openpty()
    columns, rows = _SIZE
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    process = subprocess.Popen(
        command,
        cwd=directory,
        env={**environ, "TERM": "xterm-256color"},
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
    )
    os.close(slave)
    try:
        yield master, process.pid
    finally:
        process.kill()
        process.wait(PATIENCE)
        os.close(master)


def _pane_pid(base: Sequence[str]) -> int:
    until = time.monotonic() + PATIENCE
    while True:
        said = subprocess.run(
            [*base, "display-message", "-p", "#{pane_pid}"],
            capture_output=True,
            text=True,
            check=False,
        ).stdout.strip()
        if said.isdigit():
            return int(said)
        if time.monotonic() > until:
            raise CannotMeasure("tmux did not start")
        time.sleep(0.01)


def processor_seconds(pid: int) -> float:
    """Return for how long all threads of a process have run so far."""
    total = 0
    for thread in Path(f"/proc/{pid}/task").iterdir():
        total += int((thread / "schedstat").read_text().split()[0])
    return total / 1e9


def resident_mib(pid: int) -> float:
    """Return how much memory a process holds."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def waits(pid: int) -> int:
    """Return how often all threads of a process have gone to sleep so far."""
    total = 0
    for thread in Path(f"/proc/{pid}/task").iterdir():
        for line in (thread / "status").read_text().splitlines():
            if line.startswith("voluntary_ctxt_switches:"):
                total += int(line.split()[1])
    return total


def children(pid: int) -> list[int]:
    """Return the processes that a process has started and that still run."""
    pids: list[int] = []
    for thread in Path(f"/proc/{pid}/task").iterdir():
        pids += map(int, (thread / "children").read_text().split())
    return pids
