"""Runs the command `orchestra` in forks of a process that has its imports: `python -m` this module.

A start costs half a second of imports, a fork a tenth of that; all else is the process's own. It
serves one connection a command: `Command` as JSON with the three standard streams beside it. Then
it answers the process's id, and at the end its wait status, a line each. A connection that brings
no streams keeps the process, which ends with the last of those.
"""

import gc
import importlib
import io
import os
import pkgutil
import select
import selectors
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from types import FrameType

import msgspec
from msgspec import Struct

from orchestra_core.process.file_lock import locked_file

_MOST_BYTES = 1_000_000
_COMMANDS = "orchestra_tui.command_line.commands"
_IMPORTED_LATE = (
    "orchestra_core.private_valkey",
    "orchestra_core.store.client.redis_client",
    "orchestra_server.usecases.reconcile.reconcile",
    "orchestra_tui.command_line.main",
)


class Command(Struct, frozen=True):
    """What a process is started with."""

    arguments: list[str]
    directory: str
    environ: dict[str, str]


class CommandForks:
    """The connections of those that keep the process, and of commands by their processes' ids."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._keepers = set[socket.socket]()
        self._running = dict[int, socket.socket]()
        self._ended, writing = os.pipe()
        os.set_blocking(writing, False)
        signal.set_wakeup_fd(writing)
        signal.signal(signal.SIGCHLD, _wake)

    def serve(self) -> Command | None:
        """Fork until nobody keeps this process; return in a fork the command that it is to run."""
        with selectors.DefaultSelector() as selector:
            for place in (self._ended, self._listener):
                selector.register(place, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select():
                    if key.fileobj == self._ended:
                        os.read(self._ended, 4096)
                        self._report_ended()
                    elif isinstance(keeper := key.data, socket.socket):
                        selector.unregister(keeper)
                        self._keepers.remove(keeper)
                        if not self._keepers:
                            return None
                    elif command := self._accept(selector):
                        return command

    def _report_ended(self) -> None:
        with suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                with self._running.pop(ended[0]) as connection, suppress(OSError):
                    connection.sendall(b"%d\n" % ended[1])

    def _accept(self, selector: selectors.BaseSelector) -> Command | None:
        connection = self._listener.accept()[0]
        message, streams, _, _ = socket.recv_fds(connection, _MOST_BYTES, 3)
        if streams:
            return self._fork(connection, message, streams)
        self._keepers.add(connection)
        selector.register(connection, selectors.EVENT_READ, connection)
        return None

    def _fork(
        self, connection: socket.socket, message: bytes, streams: list[int]
    ) -> Command | None:
        """Return the command in the fork that is to run it."""
        process = os.fork()
        if process:
            for stream in streams:
                os.close(stream)
            self._running[process] = connection
            with suppress(OSError):
                connection.sendall(b"%d\n" % process)
            return None
        for place in (connection, self._listener, *self._keepers, *self._running.values()):
            place.close()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGQUIT, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)  # the shell has it ignored
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        return msgspec.json.decode(message, type=Command)


def _wake(_number: int, _frame: FrameType | None) -> None:
    """Be a handler, as a signal without one writes nothing into the wake-up pipe."""


def _become(command: Command) -> None:
    """Be as a process that was just started for the command."""
    os.chdir(command.directory)
    os.environ.clear()
    os.environ.update(command.environ)
    sys.argv[1:] = command.arguments
    sys.stdin = sys.__stdin__ = io.TextIOWrapper(os.fdopen(0, "rb"), "utf-8")
    sys.stdout = sys.__stdout__ = io.TextIOWrapper(os.fdopen(1, "wb"), "utf-8")
    sys.stderr = sys.__stderr__ = io.TextIOWrapper(
        os.fdopen(2, "wb"), "utf-8", "backslashreplace", line_buffering=True
    )


def import_commands() -> None:
    """Import whatever a command imports."""
    package = importlib.import_module(_COMMANDS)
    commands = pkgutil.walk_packages(package.__path__, f"{_COMMANDS}.")
    for name in (*_IMPORTED_LATE, *(module.name for module in commands)):
        importlib.import_module(name)
    plain_git = importlib.import_module("orchestra_server.git.process.plain_git")
    plain_git.git_version()  # imports GitPython
    gc.collect()
    gc.freeze()


def lock_of(place: Path) -> Path:
    """Return the lock under which the process at a socket is found, started and ended."""
    return place.with_suffix(".lock")


def _serve(place: Path) -> Command | None:
    """Fork until nobody keeps this process; return in a fork the command that it is to run."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(place))
        listener.listen()
        forks = CommandForks(listener)
        while True:
            if command := forks.serve():
                return command
            with locked_file(lock_of(place)):
                if not select.select([listener], [], [], 0)[0]:
                    place.unlink()
                    return None


def main() -> None:
    """Serve at the socket that is named; in a fork, be the command."""
    import_commands()
    command = _serve(Path(sys.argv[1]))
    if command is None:
        return
    _become(command)
    from orchestra_tui.command_line.__main__ import main as run  # noqa: PLC0415 - as it is started

    sys.exit(run())


if __name__ == "__main__":
    main()
