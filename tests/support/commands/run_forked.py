"""Runs `orchestra` without its start: in a fork of one process that has what commands import.

Only what comes before a command's first own line is left out. Tests that are about a start, an
interpreter or a locale start the command by itself.
"""

import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from orchestra_core.process.detached_process import INHERIT, start_detached
from orchestra_core.process.file_lock import locked_file
from tests.support.commands.command_forks import Command, lock_of
from tests.support.stores.valkey_users import wait_until

LONGEST_PLACE = 90  # characters of a directory; a socket's path may have hardly more
_ROOT = Path(__file__).parents[3]
_READ_AT_ONCE = 65_536
_START_SECONDS = 90.0  # it takes 1.3 s of processor time, and a busy machine many times that
_listening = list[str]()  # the socket of the process that forks, within `forking`


@contextmanager
def forking_process(directory: Path) -> Generator[str]:
    """Yield the socket of the process that forks; all that name this directory share it."""
    place = directory / "forks"
    with socket.socket(socket.AF_UNIX) as keeper:
        with locked_file(lock_of(place)):
            if not _connects(keeper, place):
                place.unlink(missing_ok=True)
                command = [sys.executable, "-m", "tests.support.commands.command_forks", str(place)]
                log = directory / "forks.log"
                start_detached(command, log, directory=_ROOT, umask=INHERIT)
                wait_until(lambda: _connects(keeper, place), _START_SECONDS)
            keeper.sendall(b"keep")
        yield str(place)


def _connects(keeper: socket.socket, place: Path) -> bool:
    try:
        keeper.connect(str(place))
    except OSError:
        return False
    return True


@contextmanager
def forking(place: str) -> Generator[None]:
    """Have `orchestra` fork within the block."""
    _listening.append(place)
    try:
        yield
    finally:
        _listening.pop()


def is_forking() -> bool:
    """Tell whether commands fork now."""
    return bool(_listening)


def run_forked(
    arguments: Sequence[str], directory: Path, environ: Mapping[str, str], seconds: float
) -> subprocess.CompletedProcess[str]:
    """Do what `subprocess.run` does with pipes and without an input."""
    command = Command(list(arguments), str(directory), dict(environ))
    pipes = os.pipe(), os.pipe()
    readers, writers = zip(*pipes, strict=True)
    with socket.socket(socket.AF_UNIX) as connection, Path(os.devnull).open("rb") as nothing:
        connection.connect(_listening[-1])
        streams = [nothing.fileno(), *writers]
        socket.send_fds(connection, [msgspec.json.encode(command)], streams)
        for writer in writers:
            os.close(writer)
        with connection.makefile("rb") as answers:
            process = int(answers.readline())
            try:
                stdout, stderr = _read_to_end(readers, time.monotonic() + seconds)
            except TimeoutError:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
                raise subprocess.TimeoutExpired(list(arguments), seconds) from None
            status = os.waitstatus_to_exitcode(int(answers.readline()))
    return subprocess.CompletedProcess(list(arguments), status, stdout, stderr)


def _read_to_end(readers: Sequence[int], until: float) -> list[str]:
    """Return all that is written into the pipes; raises TimeoutError."""
    received = {reader: bytearray() for reader in readers}
    is_open = set(readers)
    try:
        while is_open:
            ready, _, _ = select.select(is_open, [], [], max(0, until - time.monotonic()))
            if not ready:
                raise TimeoutError
            for reader in ready:
                data = os.read(reader, _READ_AT_ONCE)
                received[reader] += data
                if not data:
                    is_open.remove(reader)
    finally:
        for reader in readers:
            os.close(reader)
    return [said.decode() for said in received.values()]
