"""Where a clone's daemon has its files; it imports little, because every command needs it."""

import os
from contextlib import suppress

_FOLDER = "orchestra"
_SOCKET_PATH_LIMIT = 103  # bytes: macOS's `sun_path` has 104 with its closing NUL
_SHARED_PLACE = "/tmp"  # noqa: S108 - short everywhere; the folder in it is checked
_OWNER_ONLY = 0o700
_MODE_BITS = 0o777

Directory = str | os.PathLike[str]


def daemon_lock(common_dir: Directory) -> str:
    """Return the path of the lock that the daemon holds as long as it lives."""
    return os.path.join(common_dir, _FOLDER, "daemon.lock")


def start_lock(common_dir: Directory) -> str:
    """Return the path of the lock of the one process that looks for the daemon and starts it."""
    return os.path.join(common_dir, _FOLDER, "daemon-start.lock")


def daemon_log(common_dir: Directory) -> str:
    """Return the path of the daemon's log."""
    return os.path.join(common_dir, _FOLDER, "daemon.log")


def daemon_socket(common_dir: Directory) -> str:
    """Return the daemon's socket: in the clone, or in /tmp if that path is too long."""
    socket = os.path.join(common_dir, _FOLDER, "daemon.sock")
    if len(os.fsencode(socket)) <= _SOCKET_PATH_LIMIT:
        return socket
    import hashlib  # noqa: PLC0415 - seldom needed

    digest = hashlib.sha256(os.fsencode(common_dir)).hexdigest()[:16]
    return os.path.join(_shared_directory(), f"{digest}.daemon")


def _shared_directory() -> str:
    return os.path.join(_SHARED_PLACE, f"orchestra-{os.getuid()}")


def is_own_directory(directory: str) -> bool:
    """Tell whether a directory belongs to this user alone, so that its socket can be trusted."""
    try:
        status = os.lstat(directory)
    except OSError:
        return False
    if directory == _shared_directory():
        return status.st_uid == os.getuid() and status.st_mode & _MODE_BITS == _OWNER_ONLY
    return True


def make_daemon_directories(common_dir: Directory) -> None:
    """Make the directories of the lock and the socket if they are missing; raises OSError."""
    with suppress(FileExistsError):
        os.mkdir(os.path.join(common_dir, _FOLDER))
    directory = os.path.dirname(daemon_socket(common_dir))
    os.makedirs(directory, mode=_OWNER_ONLY, exist_ok=True)
    if not is_own_directory(directory):
        raise PermissionError(1, "it belongs to somebody else, or others may use it", directory)
