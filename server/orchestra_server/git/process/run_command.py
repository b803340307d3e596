"""Runs a repository's own command, a gate or a setup, in a separate session.

It has a deadline and no terminal. It gets none of Orchestra's variables except the one that marks
it. Its output is kept in memory, because a file could fill the disk, and it is ended before its own
files fill the disk. Processes that it leaves running are ended too.
"""

import os
import select
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from orchestra_core.errors import Refused
from orchestra_server.git.process.caller_environ import caller_environ
from orchestra_server.git.process.foreign_programs import tell_wait
from orchestra_server.git.process.plain_git import INHERITED

Command = str | tuple[str, ...]  # a shell's line, or a program with its arguments
_OURS = "ORCHESTRA_"
_TERMINALS = ("GPG_TTY", "SSH_TTY")
_HEAD, _TAIL = 16_384, 49_152  # bytes of output that are kept
_LOOK = 0.1  # seconds between two checks whether to end it
_GRACE = 2.0  # seconds from SIGTERM to SIGKILL
_PIECE = 65_536
_LAST_PIECES = 20  # more than the largest pipe holds when the command ends: 1 MiB (pipe(7))
_NOT_STARTED = 127  # like a shell's
_NICENESS = "10"  # the niceness, nice(1)
_PROCESSES = "/proc"
_LEAST_FREE = 256 << 20  # bytes to leave free on a disk; of a small disk a fraction
_LEAST_PART = 0.05
_BRIEF = 1.0  # seconds within which no process id is reused
_ROUNDS = 20  # attempts to end what keeps starting processes
MARK = "ORCHESTRA_GATE"  # the variable that marks what runs alone in a directory


@dataclass(frozen=True, slots=True)
class CommandResult:
    """How a command ended; `late` if at its deadline, `fills` if it left no space on a disk."""

    status: int
    output: str
    seconds: float
    late: bool = False
    fills: bool = False

    @property
    def passed(self) -> bool:
        """Whether it passed."""
        return self.status == 0 and not (self.late or self.fills)


@dataclass(slots=True)
class _Output:
    """The beginning and the end of what was printed."""

    head: bytearray = field(default_factory=bytearray)
    tail: bytearray = field(default_factory=bytearray)
    cut: int = 0  # bytes dropped between the two

    def add(self, piece: bytes) -> None:
        room = _HEAD - len(self.head)
        self.head += piece[:room]
        self.tail += piece[room:] if room > 0 else piece
        surplus = len(self.tail) - _TAIL
        if surplus > _PIECE:
            self.cut += surplus
            del self.tail[:surplus]

    def text(self) -> str:
        between = f"\n… {self.cut:,} bytes …\n".encode() if self.cut else b""
        return (bytes(self.head) + between + bytes(self.tail)).decode("utf-8", "replace")


def run_command(
    command: Command,
    directory: Path,
    *,
    waits_for: str,
    seconds: float,
    env: Mapping[str, str] | None = None,
    low_priority: bool = False,
    alone: bool = False,
    gives_way: Callable[[], bool] = lambda: False,
) -> CommandResult:
    """Run a command in `directory` and return how it ended. Blocking.

    In a directory for it `alone`, processes that have left its session are ended too. Raises
    Refused, with `waits_for` in its text, if the waiting caller gave up, if the command has to give
    way to another, and if the disk is full before it begins.
    """
    begun = time.monotonic()
    if full := _full_disk(directory):
        raise Refused(f"{waits_for} cannot run: the disk of {full} is full; free some of it")
    marked = {MARK: str(directory)} if alone else {}
    earlier = _processes() if alone else frozenset[str]()
    try:
        process = _start(command, directory, {**marked, **(env or {})}, low_priority=low_priority)
    except OSError as fault:
        words = f"{command[0]}: {fault.strerror}" if isinstance(command, tuple) else str(fault)
        return CommandResult(_NOT_STARTED, words, 0)
    output, late, full = _Output(), False, ""
    try:
        for passed in _until_end(process, output, begun):
            late, full = passed > seconds, _full_disk(directory)
            if late or full:
                break
            if not tell_wait(waits_for, passed) or gives_way():
                raise Refused(f"{waits_for} was cancelled and was ended; nothing of it is kept")
    finally:
        _end(process)
        took = time.monotonic() - begun
        if alone:
            end_strays(directory, earlier if took < _BRIEF else ())
    if late:
        output.add(f"\nit took longer than {seconds:g} s and was ended\n".encode())
    if full:
        output.add(f"\nit filled the disk of {full} and was ended\n".encode())
    return CommandResult(process.returncode, output.text(), took, late, bool(full))


def _full_disk(directory: Path) -> str:
    """Return the disk where a command works or keeps temporary files, if that is too full."""
    for place in (directory, Path(tempfile.gettempdir())):
        with suppress(OSError):
            total, _, free = shutil.disk_usage(place)
            if free < min(_LEAST_FREE, total * _LEAST_PART):
                return str(place)
    return ""


def _start(
    command: Command, directory: Path, env: Mapping[str, str], *, low_priority: bool
) -> "subprocess.Popen[bytes]":
    words = ("/bin/sh", "-c", command) if isinstance(command, str) else command
    dropped = {*INHERITED, *_TERMINALS}
    given = {
        name: value
        for name, value in caller_environ().items()
        if name not in dropped and not name.startswith(_OURS)
    }
    return subprocess.Popen(  # noqa: S603 - shown to the person, who has trusted it
        [*(_behind_others() if low_priority else ()), *words],
        cwd=directory,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**given, "GIT_TERMINAL_PROMPT": "0", "PWD": str(directory), **env},
        start_new_session=True,
    )


@cache
def _behind_others() -> tuple[str, ...]:
    """Return the command prefix for the lowest priority of processor and disk, if available.

    It acts before the command begins: what that starts at once would otherwise keep the usual
    priority.
    """
    nice = ("nice", "-n", _NICENESS) if shutil.which("nice") else ()
    return (*nice, "ionice", "-c", "3") if shutil.which("ionice") else nice


def _until_end(
    process: "subprocess.Popen[bytes]", output: _Output, begun: float
) -> Iterator[float]:
    """Yield the elapsed seconds, now and then, until the command itself has ended."""
    pipe = process.stdout
    if pipe is None:  # never: a pipe was requested
        return
    with pipe:
        os.set_blocking(pipe.fileno(), False)
        poll = select.poll()
        poll.register(pipe, select.POLLIN | select.POLLHUP)
        is_open = True
        while process.poll() is None:
            if not is_open:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(_LOOK)
            elif poll.poll(_LOOK * 1000):
                is_open = _read(pipe.fileno(), output)
            yield time.monotonic() - begun
        for _ in range(_LAST_PIECES):  # another process may hold it open and write
            if not (is_open and poll.poll(0)):
                break
            is_open = _read(pipe.fileno(), output)


def _read(descriptor: int, output: _Output) -> bool:
    """Read what is available; return whether there may be more."""
    try:
        piece = os.read(descriptor, _PIECE)
    except BlockingIOError:
        return True
    output.add(piece)
    return bool(piece)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End the session and wait for it."""
    signals = (signal.SIGTERM, signal.SIGKILL) if process.poll() is None else (signal.SIGKILL,)
    for sent in signals:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, sent)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE)
            continue
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def end_strays(directory: Path, spared: Collection[str] = ()) -> None:
    """End processes that work in a directory for commands only, if they can be seen.

    Those in another directory are known by their mark. `spared` processes are left alone and not
    examined, because there may be hundreds. It takes several rounds, because such a process may
    start another one while it is being ended.
    """
    for _ in range(_ROUNDS):
        pids = _working_in(directory, spared)
        for pid in pids:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        if not pids:
            return


def _processes() -> frozenset[str]:
    """Return the ids of all processes; none if they cannot be seen."""
    if not Path(_PROCESSES, "self").exists():
        return frozenset()
    listed = os.listdir(_PROCESSES)  # noqa: PTH208 - there are many, and paths take time
    return frozenset(pid for pid in listed if pid.isdecimal())


def _working_in(directory: Path, spared: Collection[str]) -> list[int]:
    """Return the user's living processes that work in the directory or have its mark."""
    pids, place, own = list[int](), str(directory), str(os.getpid())
    mark = f"\0{MARK}={directory}\0".encode(errors="surrogateescape")
    for pid in _processes():
        if pid != own and pid not in spared:
            with suppress(OSError):  # it has ended, or belongs to another user
                works_in = os.readlink(f"{_PROCESSES}/{pid}/cwd")  # noqa: PTH115
                with open(f"{_PROCESSES}/{pid}/environ", "rb", buffering=0) as environ:  # noqa: PTH123
                    is_marked = mark in b"\0" + (environ.read() or b"")
                if is_marked or works_in == place or works_in.startswith(f"{place}/"):
                    pids.append(int(pid))
    return pids
