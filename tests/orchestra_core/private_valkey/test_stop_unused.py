"""Private servers that killed processes have left."""

import shutil
import socket as socket_module
from contextlib import closing

from orchestra_core.private_valkey import inspect, join
from orchestra_core.private_valkey.stop_unused import stop_unused
from orchestra_core.settings import Settings
from tests.support.stores.valkey_users import User, settings_at, wait_until


def test_a_server_whose_users_were_all_killed_is_stopped(settings: Settings) -> None:
    user = User(settings)
    user.say()
    user.server_pid()
    user.kill()
    assert inspect(settings).running
    wait_until(lambda: bool(stop_unused(settings.runtime_dir)))
    assert not inspect(settings).running


def test_a_server_that_somebody_uses_goes_on(settings: Settings) -> None:
    lease = join(settings)
    assert stop_unused(settings.runtime_dir) == []
    assert inspect(settings).running
    lease.close()


def test_the_servers_of_other_directories_are_found_by_their_sockets(settings: Settings) -> None:
    other = settings_at(settings.state_dir.parent / "other", settings.runtime_dir)
    used, abandoned = join(settings), User(other)
    abandoned.say()
    abandoned.server_pid()
    abandoned.kill()
    wait_until(lambda: stop_unused(settings.runtime_dir) == [str(other.state_dir / "valkey")])
    assert inspect(settings).running
    used.close()


def test_anything_but_a_server_is_left_alone(settings: Settings) -> None:
    lease = join(settings)
    (lease.socket.parent / "dead.sock").write_text("no socket")
    assert stop_unused(settings.runtime_dir) == []
    assert (lease.socket.parent / "dead.sock").exists()
    lease.close()


def test_a_server_whose_data_was_removed_is_stopped_once_nobody_is_connected(
    settings: Settings,
) -> None:
    user = User(settings)
    user.say()
    user.server_pid()
    socket = inspect(settings).socket
    with closing(socket_module.socket(socket_module.AF_UNIX)) as connected:
        connected.connect(str(socket))
        user.kill()
        shutil.rmtree(settings.state_dir)
        assert stop_unused(settings.runtime_dir) == []
    wait_until(lambda: stop_unused(settings.runtime_dir) == [str(socket)])
    wait_until(lambda: not socket.exists())
