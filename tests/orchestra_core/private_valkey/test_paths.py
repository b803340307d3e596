import errno
import stat
from pathlib import Path

import pytest

from orchestra_core.errors import StoreUnavailable
from orchestra_core.private_valkey.paths import (
    ServerPaths,
    ServerRecord,
    choose_socket,
    prepare_data_dir,
    read_server_record,
    server_paths,
    unusable_directory,
    write_server_record,
)
from orchestra_core.settings import Settings


@pytest.fixture
def paths(settings: Settings) -> ServerPaths:
    paths = server_paths(settings)
    prepare_data_dir(paths)
    return paths


def test_the_data_directory_is_private_to_its_owner(paths: ServerPaths) -> None:
    assert stat.S_IMODE(paths.data_dir.stat().st_mode) == 0o700


def test_a_record_is_read_back(paths: ServerPaths) -> None:
    record = ServerRecord(socket="/run/s", pid=7, host="here")
    assert read_server_record(paths) is None
    write_server_record(paths, record)
    assert read_server_record(paths) == record


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"socket": 7}'])
def test_an_invalid_record_is_none(paths: ServerPaths, content: bytes) -> None:
    paths.record.write_bytes(content)
    assert read_server_record(paths) is None


def test_the_socket_is_in_a_private_directory_below_the_runtime_directory(
    paths: ServerPaths,
) -> None:
    socket = choose_socket(paths)
    assert socket.parent.parent == paths.runtime_dir
    assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
    assert choose_socket(paths) == socket


def test_the_recorded_socket_is_kept_while_its_directory_is_usable(
    paths: ServerPaths, tmp_path: Path
) -> None:
    earlier = tmp_path / "earlier" / "s"
    earlier.parent.mkdir()
    write_server_record(paths, ServerRecord(socket=str(earlier), pid=7, host="here"))
    assert choose_socket(paths) == earlier
    earlier.parent.rmdir()
    assert choose_socket(paths) != earlier


def test_a_file_at_the_socket_directorys_path_is_an_error(paths: ServerPaths) -> None:
    directory = choose_socket(paths).parent
    directory.rmdir()
    directory.touch()
    with pytest.raises(StoreUnavailable, match="cannot be used: File exists"):
        choose_socket(paths)


@pytest.mark.parametrize(
    ("number", "remedy"), [(errno.ENOSPC, "free some space"), (errno.EACCES, "make it writable")]
)
def test_the_error_for_an_unusable_directory_says_what_to_do(number: int, remedy: str) -> None:
    error = unusable_directory(Path("/state"), OSError(number, "no"))
    assert str(error).startswith(f"the state directory cannot be used: /state: no; {remedy}")
