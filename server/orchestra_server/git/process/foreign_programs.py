"""git commands that may run programs of the person's: hooks, filters, signing, diff drivers.

Such a program may never end, leave a daemon behind that keeps its output open, or ask on a terminal
that nobody sees. So each command has a deadline, a session of its own without a terminal, and files
for its output; whoever waits is told after a second, and can have it ended.
"""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import BinaryIO, TypeVar

from orchestra_core.errors import Refused, Unavailable
from orchestra_server.git.process.run import ENVIRONMENT, INHERITED, GitResult, run_git

Item = TypeVar("Item")
Result = TypeVar("Result")
_SECONDS = 600  # `git config orchestra.programSeconds` sets another
_TOLD_AFTER = 1.0
_LOOK = 0.1  # seconds between two looks whether it is to be ended
_GRACE = 2.0  # seconds from SIGTERM to SIGKILL


@dataclass(frozen=True, slots=True)
class ProgramWatch:
    """Who waits for the programs: `told` is called, from any thread, when one takes a while.

    It gets what is waited for, and for how many seconds so far: first after one, then every few.
    """

    told: Callable[[str, float], None]
    stop: Event = field(default_factory=Event)


_watch: ContextVar[ProgramWatch | None] = ContextVar("program_watch", default=None)


@contextmanager
def watch_programs(watch: ProgramWatch) -> Generator[None]:
    """Have the programs of this context, and of threads started with a copy of it, watched."""
    token = _watch.set(watch)
    try:
        yield
    finally:
        _watch.reset(token)


def run_programs(
    directory: Path,
    *args: str,
    waits_for: str,
    stdin: str = "",
    env: Mapping[str, str] | None = None,
) -> GitResult:
    """Run git where it may start other programs; return how it ended.

    Raises Refused, with `waits_for` in its text, when it was ended: at its deadline, or because
    the caller gave up. A daemon that a hook leaves behind goes on and is not waited for.
    """
    given = {name: value for name, value in os.environ.items() if name not in INHERITED}
    environment = {**given, "LANGUAGE": "C", "LC_ALL": "C", **ENVIRONMENT, **(env or {})}
    with tempfile.TemporaryFile() as fed, _output() as out, _output() as err:
        fed.write(os.fsencode(stdin))
        fed.seek(0)
        try:
            process = subprocess.Popen(  # noqa: S603 - a list, no shell
                ["git", "-C", str(directory), *args],  # noqa: S607 - git as run_git finds it
                stdin=fed, stdout=out, stderr=err, env=environment, start_new_session=True,
            )  # fmt: skip
        except FileNotFoundError as fault:
            raise Unavailable("git was not found on PATH; install git 2.38 or newer") from fault
        try:
            reason = _wait(process, waits_for, directory)
        except BaseException:
            _end(process)
            raise
        out.seek(0)
        err.seek(0)
        said = GitResult(process.returncode, os.fsdecode(out.read()), os.fsdecode(err.read()))
    if reason:
        words = f"; it said: {said.failure}" if said.err.strip() else ""
        raise Refused(f"{waits_for} {reason} and was ended; nothing of it is kept{words}")
    return said


def _output() -> BinaryIO:
    # A file and not a pipe: a pipe ends only when the last process that inherited it does.
    return tempfile.TemporaryFile()


def _wait(process: "subprocess.Popen[bytes]", waits_for: str, directory: Path) -> str:
    """Wait for the process; return why it was ended, "" when it ended by itself."""
    watch, begun, told = _watch.get(), time.monotonic(), 0
    seconds = 0  # the deadline, which is read once the process takes a while
    while True:
        try:
            process.wait(_LOOK)
        except subprocess.TimeoutExpired:
            passed = time.monotonic() - begun
        else:
            return ""
        if watch is not None and watch.stop.is_set():
            _end(process)
            return "was cancelled"
        seconds = seconds or _deadline(directory)
        if passed > seconds:
            _end(process)
            return f"took longer than {seconds} s (git config orchestra.programSeconds)"
        if watch is not None and passed >= _TOLD_AFTER and int(passed) > told:
            told = int(passed)
            watch.told(waits_for, passed)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End the whole session: git, its hook, and what the hook started."""
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
    process.wait()


def _deadline(directory: Path) -> int:
    said = run_git(directory, "config", "--type=int", "--get", "orchestra.programSeconds").out
    return int(said) if said.strip().isdecimal() else _SECONDS


def map_watched(
    pool: ThreadPoolExecutor, work: Callable[[Item], Result], items: Iterable[Item]
) -> Iterator[Result]:
    """Map in threads that know who watches the programs, as `pool.map` does not tell them."""
    watch = _watch.get()

    def watched(item: Item) -> Result:
        _watch.set(watch)
        return work(item)

    return pool.map(watched, items)
