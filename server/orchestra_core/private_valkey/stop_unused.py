"""Stops private servers whose users were all killed, which nobody else would stop."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from orchestra_core.errors import StoreUnavailable
from orchestra_core.private_valkey.paths import ServerPaths, shared_socket_directory
from orchestra_core.private_valkey.process import stop
from orchestra_core.process.file_lock import open_lock_file, try_lock_exclusive
from orchestra_core.redis_request import Garbled, Refusal, ask
from orchestra_core.store.client.reply_parser import as_bytes


def stop_unused(runtime_dir: Path) -> list[Path]:
    """Stop those of this user's servers that nobody uses; return their data directories.

    Blocks. A server that does not answer is left alone, and so is one that somebody is starting.
    """
    return [
        paths.data_dir
        for paths in _servers(runtime_dir)
        if paths.server_lock.exists() and _stop_if_unused(paths)
    ]


def _servers(runtime_dir: Path) -> Iterator[ServerPaths]:
    for socket in sorted(shared_socket_directory(runtime_dir).glob("*.sock")):
        with suppress(OSError, Refusal, Garbled):
            answer = ask(socket, "CONFIG", "GET", "dir")
            if isinstance(answer, list) and len(answer) > 1:
                data_dir = Path(os.fsdecode(as_bytes(answer[1])))
                yield ServerPaths(data_dir=data_dir, runtime_dir=runtime_dir)


def _stop_if_unused(paths: ServerPaths) -> bool:
    try:
        users = open_lock_file(paths.users_lock, mode=0o600)
    except OSError:
        return False
    try:
        # Whoever joins now waits for this lock, finds the server gone and starts it anew.
        return try_lock_exclusive(users) and stop(paths)
    except StoreUnavailable:
        return False
    finally:
        os.close(users)
