"""The private server's files: data, locks and log in one directory, the socket in another.

A unix socket's path, with its final NUL, must fit the 104 bytes of macOS's `sun_path`, so the
socket cannot always be next to the data.
"""

import errno
import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

import msgspec
from msgspec import Struct

from orchestra_core.errors import StoreUnavailable
from orchestra_core.settings import Settings

SOCKET_PATH_LIMIT = 103


class ServerRecord(Struct, frozen=True, kw_only=True):
    """The holder of `server.lock`: written by the process that started it, read by all others.

    Environments differ (an agent's client passes on only a few variables), so other processes read
    the socket's path from here instead of computing it.
    """

    socket: str
    pid: int
    host: str


@dataclass(frozen=True, slots=True)
class ServerPaths:
    """The files of one user's private server."""

    data_dir: Path
    runtime_dir: Path

    @property
    def server_lock(self) -> Path:
        """Held by the server process as long as it lives."""
        return self.data_dir / "server.lock"

    @property
    def users_lock(self) -> Path:
        """Shared by everyone who uses the server."""
        return self.data_dir / "users.lock"

    @property
    def start_lock(self) -> Path:
        """Held by the one process that looks for the server, or starts it."""
        return self.data_dir / "start.lock"

    @property
    def record(self) -> Path:
        """The ServerRecord as JSON."""
        return self.data_dir / "server.json"

    @property
    def log(self) -> Path:
        """The server's log."""
        return self.data_dir / "server.log"


def server_paths(settings: Settings) -> ServerPaths:
    """Return the paths for these settings; touches nothing."""
    return ServerPaths(data_dir=settings.state_dir / "valkey", runtime_dir=settings.runtime_dir)


def prepare_data_dir(paths: ServerPaths) -> None:
    """Make the data directory, accessible to its owner only; raises StoreUnavailable."""
    try:
        paths.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        paths.data_dir.chmod(0o700)
    except OSError as error:
        raise unusable_directory(paths.data_dir, error) from error


def unusable_directory(path: Path, error: OSError) -> StoreUnavailable:
    """Return the error for a state directory that cannot be used."""
    reason = error.strerror or type(error).__name__
    full = error.errno in {errno.ENOSPC, errno.EDQUOT}
    mend = "free some space there" if full else "make it writable"
    return StoreUnavailable(
        f"the state directory cannot be used: {path}: {reason}; "
        f"{mend}, or name another in ORCHESTRA_STATE_DIR"
    )


def read_server_record(paths: ServerPaths) -> ServerRecord | None:
    """Return the last record; None if there is none or it cannot be read."""
    try:
        return msgspec.json.decode(paths.record.read_bytes(), type=ServerRecord)
    except (OSError, msgspec.DecodeError):
        return None


def write_server_record(paths: ServerPaths, record: ServerRecord) -> None:
    """Write the record atomically; raises OSError."""
    temporary = paths.record.with_suffix(".new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.encode(record))
    temporary.replace(paths.record)


def choose_socket(paths: ServerPaths) -> Path:
    """Return the socket's path, with its directory made and checked; raises StoreUnavailable.

    The last path is kept while it is usable, so that a client that reconnects to its old address
    finds the new server. The name is made from the data directory, because each directory has one
    server.
    """
    import tempfile  # noqa: PLC0415 - slow to import, and needed only for a start

    last = read_server_record(paths)
    if last is not None:
        socket = Path(last.socket)
        if socket.parent.is_dir() and _own_directory(socket.parent) == "":
            return socket
    digest = hashlib.sha256(os.fsencode(paths.data_dir)).hexdigest()[:12]
    # The fallback is for a temporary directory whose own path is too long.
    for base in (paths.runtime_dir, Path(tempfile.gettempdir()), Path("/tmp")):  # noqa: S108
        socket = shared_socket_directory(base) / f"{digest}.sock"
        if len(os.fsencode(socket)) > SOCKET_PATH_LIMIT or not base.is_dir():
            continue
        trouble = _own_directory(socket.parent)
        if trouble:
            raise StoreUnavailable(
                f"the socket's directory {socket.parent} cannot be used: {trouble}; "
                "remove it, or name another place in XDG_RUNTIME_DIR"
            )
        return socket
    raise StoreUnavailable(
        f"no directory is short enough for a socket (at most {SOCKET_PATH_LIMIT} bytes); "
        "name a short one in XDG_RUNTIME_DIR"
    )


def shared_socket_directory(runtime_dir: Path) -> Path:
    """Return the directory in which all private servers of this user have their sockets."""
    return runtime_dir / f"orchestra-{os.getuid()}"


def _own_directory(directory: Path) -> str:
    """Make `directory` for its owner alone and return "", or why that failed."""
    try:
        directory.mkdir(mode=0o700, exist_ok=True)
        status = directory.lstat()
        if not stat.S_ISDIR(status.st_mode):
            return "it is not a directory"
        if status.st_uid != os.getuid():
            return f"it belongs to user {status.st_uid}"
        if stat.S_IMODE(status.st_mode) != stat.S_IRWXU:
            directory.chmod(0o700)
    except OSError as error:
        return error.strerror or type(error).__name__
    return ""
