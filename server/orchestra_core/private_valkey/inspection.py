"""Looks at the private server without starting or changing anything."""

from dataclasses import dataclass
from pathlib import Path

from orchestra_core.errors import StoreUnavailable
from orchestra_core.private_valkey.binary import Binary, find_binary, version_of
from orchestra_core.private_valkey.paths import read_server_record, server_paths
from orchestra_core.private_valkey.process import answers
from orchestra_core.process.file_lock import is_locked
from orchestra_core.settings import Settings


@dataclass(frozen=True, slots=True)
class PrivateServer:
    """What was found; without one, `socket` is `Path()` and `binary` is ""."""

    running: bool
    in_use: bool
    socket: Path
    data_dir: Path
    log: Path
    binary: str
    version: str


def inspect(settings: Settings) -> PrivateServer:
    """Look at the server; raises nothing."""
    paths = server_paths(settings)
    record = read_server_record(paths)
    try:
        binary = find_binary()
    except StoreUnavailable:
        binary = Binary("")
    return PrivateServer(
        running=is_locked(paths.server_lock) and answers(record),
        in_use=is_locked(paths.users_lock),
        socket=Path(record.socket) if record else Path(),
        data_dir=paths.data_dir,
        log=paths.log,
        binary=binary.path,
        version=binary.version or (version_of(binary.path) if binary.path else ""),
    )
