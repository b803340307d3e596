"""What stands in the way of a private server, each met or told in one line."""

import errno
import os
import re
import signal
import socket
import stat
from pathlib import Path

import pytest

from orchestra_core.errors import StoreUnavailable
from orchestra_core.private_valkey import inspect, join, process, shut_down
from orchestra_core.process.file_lock import is_locked
from orchestra_core.settings import Settings
from orchestra_core.store.client.redis_request import ask
from tests.support.stores.valkey_users import kill_server, recorded_pid, settings_at, wait_until


def refusal(settings: Settings) -> str:
    with pytest.raises(StoreUnavailable) as caught:
        join(settings)
    line = str(caught.value)
    assert "\n" not in line
    return line


def test_the_socket_file_of_a_dead_server_is_replaced(settings: Settings) -> None:
    lease = join(settings)
    kill_server(settings)
    assert lease.socket.exists(), "a killed server leaves its socket behind"
    lease.revive()
    assert ask(lease.socket, "PING") == b"PONG"
    lease.close()


def test_an_unused_socket_at_the_servers_path_is_replaced(settings: Settings) -> None:
    lease = join(settings)
    place = lease.socket
    lease.close()
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(place))
    lease = join(settings)
    assert ask(lease.socket, "PING") == b"PONG"
    lease.close()


def test_a_directory_at_the_sockets_path_is_an_error(settings: Settings) -> None:
    lease = join(settings)
    place = lease.socket
    lease.close()
    place.mkdir()
    line = refusal(settings)
    assert "did not start" in line
    assert "Unix socket" in line
    assert not inspect(settings).running


def test_only_the_owner_can_open_the_socket_and_the_data(settings: Settings) -> None:
    before = os.umask(0)
    try:
        lease = join(settings)
    finally:
        os.umask(before)
    assert stat.S_IMODE(lease.socket.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(lease.socket.stat().st_mode) == 0o700
    data_dir = inspect(settings).data_dir
    for path in (data_dir, *data_dir.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    lease.close()


def test_a_socket_directory_of_ours_that_others_can_enter_is_made_private(
    settings: Settings,
) -> None:
    directory = settings.runtime_dir / f"orchestra-{os.getuid()}"
    directory.mkdir()
    directory.chmod(0o777)
    lease = join(settings)
    assert lease.socket.parent == directory
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    lease.close()


def test_a_symlink_at_the_socket_directorys_path_is_not_followed(settings: Settings) -> None:
    target = settings.runtime_dir.with_name("target")
    target.mkdir()
    (settings.runtime_dir / f"orchestra-{os.getuid()}").symlink_to(target)
    assert "it is not a directory" in refusal(settings)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a directory away")
def test_a_socket_directory_of_another_user_is_refused(settings: Settings) -> None:
    directory = settings.runtime_dir / "orchestra-0"
    directory.mkdir(mode=0o700)
    os.chown(directory, 12345, 12345)
    assert "belongs to user 12345" in refusal(settings)


def test_a_runtime_directory_too_long_for_a_socket_path_is_not_used(settings: Settings) -> None:
    long = settings.runtime_dir / ("x" * 60) / ("y" * 60)
    long.mkdir(parents=True)
    lease = join(settings_at(settings.state_dir, long))
    assert len(os.fsencode(lease.socket)) <= 103
    assert long not in lease.socket.parents
    assert ask(lease.socket, "PING") == b"PONG"
    lease.close()


def test_a_missing_runtime_directory_is_not_used(settings: Settings) -> None:
    lease = join(settings_at(settings.state_dir, settings.runtime_dir / "gone"))
    assert ask(lease.socket, "PING") == b"PONG"
    lease.close()


def test_directories_with_spaces_and_accents_work(settings: Settings) -> None:
    runtime = settings.runtime_dir.with_name("été à")
    runtime.mkdir()
    lease = join(settings_at(settings.state_dir.with_name("état d'âme"), runtime))
    assert lease.url.startswith("unix:///")
    assert " " not in lease.url
    assert ask(lease.socket, "PING") == b"PONG"
    lease.close()


def test_a_file_at_the_state_directorys_path_is_an_error(settings: Settings) -> None:
    settings.state_dir.write_text("mine")
    line = refusal(settings)
    assert str(settings.state_dir) in line
    assert "ORCHESTRA_STATE_DIR" in line


def test_a_read_only_state_directory_is_an_error(tmp_path: Path) -> None:
    line = refusal(settings_at(Path("/proc/orchestra"), tmp_path))
    assert "the state directory cannot be used" in line


@pytest.mark.parametrize("name", ["users.lock", "start.lock", "server.lock", "server.log"])
def test_a_directory_at_the_path_of_a_state_file_is_an_error(settings: Settings, name: str) -> None:
    (settings.state_dir / "valkey" / name).mkdir(parents=True)
    assert name in refusal(settings)
    assert not inspect(settings).running


def test_damaged_data_is_an_error_and_stays_untouched(settings: Settings) -> None:
    lease = join(settings)
    ask(lease.socket, "SET", "greeting", "hello")
    lease.close()
    (part,) = (settings.state_dir / "valkey" / "appendonlydir").glob("*.incr.aof")
    damaged = b"nonsense\r\n" * 20 + part.read_bytes()
    part.write_bytes(damaged)
    line = refusal(settings)
    assert "cannot read its data" in line
    assert str(settings.state_dir) in line
    assert part.read_bytes() == damaged


def test_a_write_truncated_by_a_crash_is_dropped_and_earlier_data_is_kept(
    settings: Settings,
) -> None:
    lease = join(settings)
    ask(lease.socket, "SET", "greeting", "hello")
    lease.close()
    (part,) = (settings.state_dir / "valkey" / "appendonlydir").glob("*.incr.aof")
    with part.open("ab") as file:
        file.write(b"*3\r\n$3\r\nSET\r\n$5\r\nhal")
    lease = join(settings)
    assert ask(lease.socket, "GET", "greeting") == b"hello"
    lease.close()


def test_an_invalid_server_record_is_ignored(settings: Settings) -> None:
    record = settings.state_dir / "valkey" / "server.json"
    record.parent.mkdir(parents=True)
    record.write_text('{"socket": 5')
    lease = join(settings)
    assert ask(lease.socket, "PING") == b"PONG"
    lease.close()


def test_a_server_that_hangs_is_an_error_and_can_be_stopped(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    join_once = join(settings)
    pid = recorded_pid(settings)
    os.kill(pid, signal.SIGSTOP)
    monkeypatch.setattr(process, "_START_WITHIN", 0.1)
    line = refusal(settings)
    assert re.search(rf"process {pid} .* does not answer", line)
    os.kill(pid, signal.SIGCONT)
    join_once.close()
    assert not inspect(settings).running


def test_a_server_whose_socket_was_deleted_can_be_stopped(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    lease = join(settings)
    pid = recorded_pid(settings)
    lease.socket.unlink()
    with monkeypatch.context() as patch:
        patch.setattr(process, "_START_WITHIN", 0.1)
        assert "orchestra down" in refusal(settings)
    assert shut_down(settings)
    wait_until(lambda: not Path(f"/proc/{pid}").exists())
    lease.revive()
    assert ask(lease.socket, "PING") == b"PONG"
    lease.close()


def test_a_long_log_is_started_again(settings: Settings) -> None:
    log = settings.state_dir / "valkey" / "server.log"
    log.parent.mkdir(parents=True)
    log.write_text("old line\n" * 200_000)
    lease = join(settings)
    assert "old line" not in log.read_text()
    lease.close()


def test_inspecting_a_server_creates_no_files(settings: Settings) -> None:
    state = inspect(settings)
    assert not state.running
    assert not state.in_use
    assert state.version
    assert not settings.state_dir.exists()


def test_a_disk_full_at_start_is_an_error_and_leaves_no_server(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(places: object, record: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(process, "write_server_record", full)
        assert "free some space there" in refusal(settings)
    wait_until(lambda: not is_locked(settings.state_dir / "valkey" / "server.lock"))
    lease = join(settings)
    lease.close()
