"""A user's lease on the private server: the first lease starts it, the last stops it."""

import os
from pathlib import Path
from urllib.parse import quote
from weakref import finalize

from orchestra_core.private_valkey.locks import hold_exclusively, take_shared
from orchestra_core.private_valkey.paths import ServerPaths, prepare_data_dir, server_paths
from orchestra_core.private_valkey.process import ensure_running, stop
from orchestra_core.process.file_lock import try_lock_exclusive
from orchestra_core.settings import Settings


class Lease:
    """The right to use the server until `close`, or until the process dies.

    A lease that is never closed ends when the object is destroyed.
    """

    def __init__(self, paths: ServerPaths, users: int) -> None:
        self._paths = paths
        self._socket = Path()
        self._leave = finalize(self, _leave, paths, users, os.getpid())

    @property
    def socket(self) -> Path:
        """Where the server listens."""
        return self._socket

    @property
    def url(self) -> str:
        """The server's address as redis-py takes it; it may change with `revive`."""
        return f"unix://{quote(str(self._socket))}"

    def revive(self) -> None:
        """Start the server again if it has died; do nothing while it answers.

        Blocks, usually for less than 0.1 s. Raises StoreUnavailable when it cannot be started.
        """
        with hold_exclusively(self._paths.start_lock):
            self._socket = ensure_running(self._paths)

    def close(self) -> None:
        """Give up the lease, and stop the server if nobody else holds one; safe to repeat.

        Raises StoreUnavailable if the server was asked to stop and does not.
        """
        self._leave()  # a finalizer does something only when it is called first


def _leave(paths: ServerPaths, users: int, process: int) -> None:
    """Release the shared lock `users` of users.lock, and stop the server if it was the last one."""
    try:
        # Whoever joins now waits for this lock, finds the server gone and starts it again. A fork
        # has a copy of the descriptor, not a lock of its own.
        if os.getpid() == process and try_lock_exclusive(users):
            stop(paths)
    finally:
        os.close(users)


def join(settings: Settings) -> Lease:
    """Return a lease on the private server of `settings.state_dir`, starting it if there is none.

    Blocks, usually for less than 0.1 s. Raises StoreUnavailable, with one line, if no server can be
    started.
    """
    paths = server_paths(settings)
    prepare_data_dir(paths)
    lease = Lease(paths, take_shared(paths.users_lock))
    try:
        lease.revive()
    except BaseException:
        lease.close()
        raise
    return lease


def shut_down(settings: Settings) -> bool:
    """Stop the private server even while it is in use; return whether there was one.

    Acknowledged writes are kept. Other users may start it again.
    """
    paths = server_paths(settings)
    if not paths.start_lock.exists():
        return False
    with hold_exclusively(paths.start_lock):
        return stop(paths)
