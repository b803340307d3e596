"""Stops private servers whose users were all killed: nobody else would stop those."""

import os
import re
from contextlib import suppress
from pathlib import Path

from orchestra_core.errors import StoreUnavailable
from orchestra_core.private_valkey.paths import ServerPaths, shared_socket_directory
from orchestra_core.private_valkey.process import stop
from orchestra_core.process.file_lock import open_lock_file, try_lock_exclusive
from orchestra_core.store.client.redis_request import Garbled, HungUp, Refusal, ask
from orchestra_core.store.client.reply_parser import as_bytes

_CLIENTS = re.compile(rb"connected_clients:(\d+)")


def stop_unused(runtime_dir: Path) -> list[str]:
    """Stop this user's servers that nobody uses; return a name for each. Blocks.

    Servers that do not answer or that somebody is starting are left alone.
    """
    stopped = list[str]()
    for socket in sorted(shared_socket_directory(runtime_dir).glob("*.sock")):
        with suppress(OSError, Refusal, Garbled):
            data_dir = _data_dir(socket)
            if data_dir is None:
                stopped += [str(socket)] if _stop_without_data(socket) else []
            elif _stop_if_unused(ServerPaths(data_dir=data_dir, runtime_dir=runtime_dir)):
                stopped.append(str(data_dir))
    return stopped


def _data_dir(socket: Path) -> Path | None:
    """Return a server's data directory; None if that was removed."""
    answer = ask(socket, "CONFIG", "GET", "dir")
    name = os.fsdecode(as_bytes(answer[1])) if isinstance(answer, list) and len(answer) > 1 else ""
    return Path(name) if name else None


def _stop_if_unused(paths: ServerPaths) -> bool:
    if not paths.server_lock.exists():
        return False
    try:
        users = open_lock_file(paths.users_lock, mode=0o600)
    except OSError:
        return False
    try:
        # Whoever joins now waits for this lock, finds the server gone and starts it again.
        return try_lock_exclusive(users) and stop(paths)
    except StoreUnavailable:
        return False
    finally:
        os.close(users)


def _stop_without_data(socket: Path) -> bool:
    """Stop a server whose directory and locks are gone, if only we are connected to it."""
    clients = _CLIENTS.search(as_bytes(ask(socket, "INFO", "clients")))
    if clients is None or int(clients[1]) > 1:
        return False
    with suppress(HungUp):  # it exits without an answer
        ask(socket, "SHUTDOWN", "NOSAVE", "NOW", "FORCE", answer_seconds=5.0)
    return True
