"""Where a clone's daemon has its files; it imports little, because each command needs it first."""

import os
from contextlib import suppress

_FOLDER = "orchestra"
_SOCKET_PATH_LIMIT = 103  # bytes: macOS's `sun_path` has 104 with its closing NUL
_SHARED_PLACE = "/tmp"  # noqa: S108 - short everywhere; the folder in it is checked
_OWNER_ONLY = 0o700
_MODE_BITS = 0o777

Directory = str | os.PathLike[str]


def daemon_lock(common_dir: Directory) -> str:
    """Return the lock that the daemon holds for exactly its life."""
    return os.path.join(common_dir, _FOLDER, "daemon.lock")


def start_lock(common_dir: Directory) -> str:
    """Return the lock of the one process that looks for the daemon and starts it."""
    return os.path.join(common_dir, _FOLDER, "daemon-start.lock")


def daemon_log(common_dir: Directory) -> str:
    """Return the daemon's log file."""
    return os.path.join(common_dir, _FOLDER, "daemon.log")


def daemon_socket(common_dir: Directory) -> str:
    """Return where the daemon listens: in the clone, or where that path is too long, in /tmp."""
    socket = os.path.join(common_dir, _FOLDER, "daemon.sock")
    if len(os.fsencode(socket)) <= _SOCKET_PATH_LIMIT:
        return socket
    import hashlib  # noqa: PLC0415 - seldom needed

    digest = hashlib.sha256(os.fsencode(common_dir)).hexdigest()[:16]
    return os.path.join(_shared_directory(), f"{digest}.daemon")


def _shared_directory() -> str:
    return os.path.join(_SHARED_PLACE, f"orchestra-{os.getuid()}")


def is_own_directory(directory: str) -> bool:
    """Tell whether a directory is this user's alone, and its socket can be trusted."""
    try:
        status = os.lstat(directory)
    except OSError:
        return False
    if directory == _shared_directory():
        return status.st_uid == os.getuid() and status.st_mode & _MODE_BITS == _OWNER_ONLY
    return True


def make_daemon_directories(common_dir: Directory) -> None:
    """Make the directories of lock and socket where they are missing; raises OSError."""
    with suppress(FileExistsError):
        os.mkdir(os.path.join(common_dir, _FOLDER))
    directory = os.path.dirname(daemon_socket(common_dir))
    os.makedirs(directory, mode=_OWNER_ONLY, exist_ok=True)
    if not is_own_directory(directory):
        raise PermissionError(1, "it belongs to somebody else, or others may use it", directory)
