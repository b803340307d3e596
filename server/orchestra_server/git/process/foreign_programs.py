"""Runs git commands that may start the user's programs: hooks, filters, signing, merge drivers.

Such a program may never end, leave a daemon behind that keeps its output open, or prompt on a
terminal that nobody sees. So each command has a deadline, its own session without a terminal, and
files for its output. The waiting caller is told after a second and can end the program.
"""

import math
import os
import select
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event
from typing import BinaryIO, TypeVar

from orchestra_core.errors import Refused, Unavailable
from orchestra_server.git.process.caller_environ import caller_environ
from orchestra_server.git.process.plain_git import (
    ENVIRONMENT,
    INHERITED,
    NO_FILE_MONITOR,
    GitResult,
    run_plain_git,
)

Item = TypeVar("Item")
Result = TypeVar("Result")
_SECONDS = 600  # `git config orchestra.programSeconds` sets another
_LOOK_SECONDS = 20.0  # for calls that only read
_TOLD_AFTER = 1.0
_LOOK = 0.1  # seconds between two checks whether to end it
_GRACE = 2.0  # seconds from SIGTERM to SIGKILL
_PIECE = 65_536  # bytes read at once
# diff.orderFile is for people, and its file may be missing in a chamber.
_SETTINGS = (*NO_FILE_MONITOR, "-c", "diff.orderFile=/dev/null")
# With these a program would prompt on the terminal that the room or a client uses.
_TERMINALS = ("GPG_TTY", "SSH_TTY")


@dataclass(frozen=True, slots=True)
class ProgramWatch:
    """The waiting caller: `told` is called, from any thread, when a program takes a while.

    It gets what is waited for and the seconds so far: first after one second, then every few.
    `seconds` replaces the deadline that the user has configured; `until` is one for all together.
    """

    told: Callable[[str, float], None] = lambda _waits_for, _seconds: None
    stop: Event = field(default_factory=Event)
    seconds: float = 0
    until: float = math.inf  # in monotonic time: until then other waits are allowed


_watch: ContextVar[ProgramWatch | None] = ContextVar("program_watch", default=None)


@contextmanager
def watch_programs(watch: ProgramWatch | None) -> Generator[None]:
    """Watch the programs of this context, and of threads started with a copy of it."""
    token = _watch.set(watch)
    try:
        yield
    finally:
        _watch.reset(token)


@contextmanager
def brief_programs() -> Generator[None]:
    """Give the programs of this context a few seconds, without notice: the caller only reads."""
    with watch_programs(ProgramWatch(seconds=_LOOK_SECONDS)):
        yield


@contextmanager
def waiting_at_most(seconds: float) -> Generator[None]:
    """After this many seconds, give up waits reported by `tell_wait`, as if the caller had."""
    watch = _watch.get() or ProgramWatch()
    with watch_programs(replace(watch, until=time.monotonic() + seconds)):
        yield


@contextmanager
def uncancelled() -> Generator[None]:
    """Let the programs of this context finish even if the caller gave up: for undo and cleanup."""
    watch = _watch.get()
    with watch_programs(replace(watch, stop=Event()) if watch else None):
        yield


def is_cancelled() -> bool:
    """Tell whether the waiting caller gave up; what has not begun is then left to a new call."""
    watch = _watch.get()
    return watch is not None and watch.stop.is_set()


def tell_wait(waits_for: str, seconds: float) -> bool:
    """Tell the waiting caller about a wait that is not for git; False once it is to be given up."""
    watch = _watch.get()
    if watch is None:
        return True
    if seconds >= _TOLD_AFTER:
        watch.told(waits_for, seconds)
    return not watch.stop.is_set() and time.monotonic() < watch.until


def run_programs(
    directory: Path,
    *args: str,
    waits_for: str,
    stdin: str = "",
    env: Mapping[str, str] | None = None,
) -> GitResult:
    """Run git where it may start other programs; return how it ended.

    Raises Refused, with `waits_for` in its text, when it was ended: at its deadline, or because
    the caller gave up. A daemon that a hook leaves behind continues and is not waited for.
    """
    with ExitStack() as files:
        out, err = (files.enter_context(_scratch_file()) for _ in range(2))
        given: BinaryIO | None = None
        if stdin:
            given = files.enter_context(_scratch_file())
            given.write(os.fsencode(stdin))
            given.seek(0)
        process = start_git(directory, args, env, stdin=given, stdout=out, stderr=err)
        reason = _wait(process, _Wait(waits_for, directory))
        out.seek(0)
        err.seek(0)
        said = GitResult(process.returncode, os.fsdecode(out.read()), os.fsdecode(err.read()))
    if reason:
        words = f"; it said: {said.failure}" if said.err.strip() else ""
        raise Refused(f"{waits_for} {reason} and was ended; nothing of it is kept{words}")
    return said


def run_programs_for_prefix(
    directory: Path,
    *args: str,
    waits_for: str,
    limit: int,
    env: Mapping[str, str] | None = None,
) -> tuple[int, bytes]:
    """Return the status, 0 if cut short, and at most `limit` + 1 bytes of the output.

    It uses a pipe, since the output may be larger than the disk. Raises Refused as `run_programs`.
    """
    process = start_git(directory, args, env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    read, wait, pipe = bytearray(), _Wait(waits_for, directory), process.stdout
    if pipe is None:  # never: a pipe was requested
        return _end(process), b""
    with pipe:
        poll = select.poll()
        poll.register(pipe, select.POLLIN | select.POLLHUP)
        while len(read) <= limit:
            if not poll.poll(_LOOK * 1000):
                if reason := wait.reason_to_end():
                    _end(process)
                    raise Refused(f"{waits_for} {reason} and was ended")
                if process.poll() is not None and not poll.poll(0):
                    break  # another process holds the pipe open
                continue
            piece = os.read(pipe.fileno(), min(_PIECE, limit + 1 - len(read)))
            if not piece:
                break
            read += piece
    if len(read) > limit:
        _end(process)
        return 0, bytes(read)
    if reason := _wait(process, wait):
        raise Refused(f"{waits_for} {reason} and was ended")
    return process.returncode, bytes(read)


def map_watched(
    pool: ThreadPoolExecutor, work: Callable[[Item], Result], items: Iterable[Item]
) -> Iterator[Result]:
    """Map in threads with a copy of this context, which `pool.map` does not pass on."""
    here = copy_context()

    def watched(item: Item) -> Result:
        return here.copy().run(work, item)

    return pool.map(watched, items)


def submit_watched(pool: ThreadPoolExecutor, work: Callable[[], Result]) -> Future[Result]:
    """Start one call in a thread as `map_watched` does."""
    return pool.submit(copy_context().run, work)


@dataclass(slots=True)
class _Wait:
    """How long the caller has waited for one program, and until when."""

    waits_for: str
    directory: Path
    begun: float = field(default_factory=time.monotonic)
    told: int = 0  # seconds at the last notice
    limit: float = 0  # seconds; read only if a program takes a while

    def reason_to_end(self) -> str:
        """Return why the program is to be ended now, "" to go on; notify the caller when due."""
        watch, passed = _watch.get(), time.monotonic() - self.begun
        if watch is not None and watch.stop.is_set():
            return "was cancelled"
        if not self.limit:
            given = watch.seconds if watch is not None else 0
            person = _deadline(self.directory)
            self.limit = min(given, person) if given else person
        if passed > self.limit:
            return f"took longer than {self.limit:.0f} s (git config orchestra.programSeconds)"
        if watch is not None and passed >= _TOLD_AFTER and int(passed) > self.told:
            self.told = int(passed)
            watch.told(self.waits_for, passed)
        return ""


def start_git(
    directory: Path,
    args: tuple[str, ...],
    env: Mapping[str, str] | None,
    *,
    stdin: BinaryIO | int | None = None,
    stdout: BinaryIO | int,
    stderr: BinaryIO | int,
) -> "subprocess.Popen[bytes]":
    """Start git in a session of its own; the caller waits for its end."""
    dropped = {*INHERITED, *_TERMINALS}
    given = {name: value for name, value in caller_environ().items() if name not in dropped}
    try:
        return subprocess.Popen(  # noqa: S603 - a list, no shell
            ["git", "-C", str(directory), *_SETTINGS, *args],  # noqa: S607 - git as run_git finds it
            stdin=subprocess.DEVNULL if stdin is None else stdin, stdout=stdout, stderr=stderr,
            env={**given, **ENVIRONMENT, **(env or {})},
            start_new_session=True,
        )  # fmt: skip
    except FileNotFoundError as fault:
        raise Unavailable("git was not found on PATH; install git 2.38 or newer") from fault


def _scratch_file() -> BinaryIO:
    # A file and not a pipe: a pipe ends only when the last process that inherited it does.
    return tempfile.TemporaryFile()


def _wait(process: "subprocess.Popen[bytes]", wait: _Wait) -> str:
    """Wait for the process; return why it was ended, "" if it ended by itself."""
    try:
        with _watched_end(process) as ends_within:
            while not ends_within(_LOOK):
                if reason := wait.reason_to_end():
                    _end(process)
                    return reason
    except BaseException:
        _end(process)
        raise
    return ""


@contextmanager
def _watched_end(process: "subprocess.Popen[bytes]") -> Generator[Callable[[float], bool]]:
    """Yield a function that waits for the end, by a kernel notification where available."""

    def wait(seconds: float) -> bool:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    try:
        ending = os.pidfd_open(process.pid)
    except (OSError, AttributeError):  # not on Linux, or no descriptor is left
        yield wait
        return
    poll = select.poll()
    poll.register(ending, select.POLLIN)

    def poll_end(seconds: float) -> bool:
        if not poll.poll(seconds * 1000):
            return False
        process.wait()
        return True

    try:
        yield poll_end
    finally:
        os.close(ending)


def _end(process: "subprocess.Popen[bytes]") -> int:
    """End the whole session: git, its hook, and what the hook started; return git's status."""
    for sent in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sent)
        except ProcessLookupError:
            break
        try:
            process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            continue
        break
    return process.wait()


def _deadline(directory: Path) -> int:
    said = run_plain_git(directory, "config", "--type=int", "--get", "orchestra.programSeconds").out
    return int(said) if said.strip().isdecimal() else _SECONDS
