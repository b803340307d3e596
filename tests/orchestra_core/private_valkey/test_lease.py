"""Who starts the server, who finds it and who stops it, with real processes."""

import asyncio
import os
import signal
import subprocess
import sys

from orchestra_core.private_valkey import inspect, join, shut_down
from orchestra_core.settings import Settings
from orchestra_core.store.client.redis_request import ask
from tests.support.stores.valkey_users import (
    User,
    environment,
    kill_server,
    pid_of_server,
    wait_until,
)

MANY = 20


def test_twenty_concurrent_processes_share_one_server(settings: Settings) -> None:
    users = [User(settings) for _ in range(MANY)]
    for user in users:
        user.say()
    pids = {user.server_pid() for user in users}
    assert len(pids) == 1
    for user in users[1:]:
        user.leave()
    assert inspect(settings).running, "one user is still in"
    users[0].leave()
    assert not inspect(settings).running


def test_the_last_user_to_leave_stops_the_server(settings: Settings) -> None:
    first, second = join(settings), join(settings)
    assert first.url == second.url
    first.close()
    assert inspect(settings).running
    second.close()
    assert not inspect(settings).running
    assert not second.socket.exists()


def test_closing_a_lease_twice_has_no_further_effect(settings: Settings) -> None:
    lease, other = join(settings), join(settings)
    lease.close()
    lease.close()
    assert inspect(settings).running
    other.close()


def test_a_lease_that_is_garbage_collected_is_released(settings: Settings) -> None:
    lease = join(settings)
    assert inspect(settings).running
    del lease
    assert not inspect(settings).running


async def test_joining_that_is_cancelled_leaves_no_server(settings: Settings) -> None:
    joining = asyncio.create_task(asyncio.to_thread(join, settings))
    await asyncio.sleep(0)
    joining.cancel()
    await asyncio.wait([joining])
    await asyncio.get_running_loop().shutdown_default_executor()
    assert joining.cancelled()
    assert (settings.state_dir / "valkey" / "users.lock").exists()
    assert not inspect(settings).running


_FORKING = """
import os
from orchestra_core.private_valkey import inspect, join
from orchestra_core.settings import read_settings
settings = read_settings()
lease = join(settings)
child = os.fork()
if child == 0:
    lease.close()
    os._exit(0)
os.waitpid(child, 0)
assert inspect(settings).in_use and inspect(settings).running
lease.close()
assert not inspect(settings).running
"""


def test_a_forked_child_does_not_release_its_parents_lease(settings: Settings) -> None:
    environ = {**os.environ, **environment(settings)}
    subprocess.run([sys.executable, "-c", _FORKING], env=environ, check=True, timeout=60)


def test_data_is_kept_for_the_next_user_of_the_server(settings: Settings) -> None:
    lease = join(settings)
    ask(lease.socket, "SET", "greeting", "hello")
    lease.close()
    lease = join(settings)
    assert ask(lease.socket, "GET", "greeting") == b"hello"
    lease.close()


def test_a_killed_server_is_restarted_with_every_acknowledged_write(settings: Settings) -> None:
    lease = join(settings)
    for number in range(200):
        assert ask(lease.socket, "RPUSH", "numbers", str(number)) == number + 1
    killed, url = kill_server(settings), lease.url
    lease.revive()
    assert lease.url == url, "a client that reconnects finds it by its old address"
    assert pid_of_server(settings) != killed
    assert ask(lease.socket, "LLEN", "numbers") == 200
    lease.close()


def test_reviving_a_running_server_does_not_restart_it(settings: Settings) -> None:
    lease = join(settings)
    before = pid_of_server(settings)
    lease.revive()
    assert pid_of_server(settings) == before
    lease.close()


def test_concurrent_revivals_start_one_server(settings: Settings) -> None:
    leases = [join(settings) for _ in range(3)]
    kill_server(settings)
    users = [User(settings) for _ in range(6)]
    for user in users:
        user.say()
    for lease in leases:
        lease.revive()
    assert {user.server_pid() for user in users} == {pid_of_server(settings)}
    for user in users:
        user.leave()
    for lease in leases:
        lease.close()
    assert not inspect(settings).running


def test_the_server_survives_the_process_that_started_it(settings: Settings) -> None:
    starter, other = User(settings), User(settings)
    starter.say()
    pid = starter.server_pid()
    other.say()
    assert other.server_pid() == pid
    starter.kill(whole_group=True)
    assert pid_of_server(settings) == pid
    other.leave()
    assert not inspect(settings).running


def test_a_killed_user_does_not_keep_the_server_running(settings: Settings) -> None:
    only = User(settings)
    only.say()
    pid = only.server_pid()
    only.kill()
    assert inspect(settings).running, "nobody was left to stop it"
    lease = join(settings)
    assert pid_of_server(settings) == pid
    lease.close()
    assert not inspect(settings).running


def test_each_state_directory_has_its_own_server(settings: Settings) -> None:
    other = Settings(
        redis_url="",
        state_dir=settings.state_dir.with_name("other"),
        runtime_dir=settings.runtime_dir,
        project="",
    )
    mine, theirs = join(settings), join(other)
    assert mine.url != theirs.url
    theirs.close()
    assert inspect(settings).running
    mine.close()


def test_processes_with_different_environments_share_the_server(settings: Settings) -> None:
    """An agent's client passes on HOME and PATH, not XDG_RUNTIME_DIR."""
    lease = join(settings)
    elsewhere = settings.runtime_dir.with_name("elsewhere")
    elsewhere.mkdir()
    stranger = User(settings, XDG_RUNTIME_DIR=str(elsewhere))
    stranger.say()
    assert stranger.server_pid() == pid_of_server(settings)
    stranger.leave()
    lease.close()


def test_shutting_down_stops_a_server_in_use_and_returns_whether_one_ran(
    settings: Settings,
) -> None:
    assert not shut_down(settings)
    lease = join(settings)
    ask(lease.socket, "SET", "greeting", "hello")
    assert shut_down(settings)
    assert not shut_down(settings)
    assert not inspect(settings).running
    lease.revive()
    assert ask(lease.socket, "GET", "greeting") == b"hello"
    lease.close()


def test_ctrl_c_in_the_terminal_does_not_reach_the_server(settings: Settings) -> None:
    user = User(settings)
    user.say()
    pid = user.server_pid()
    assert os.getsid(pid) not in {os.getsid(0), os.getpid()}
    user.kill(whole_group=True)
    os.kill(pid, signal.SIGTERM)
    wait_until(lambda: not inspect(settings).running)


def test_importing_the_package_imports_no_subprocess() -> None:
    code = "import sys, orchestra_core.private_valkey; print('subprocess' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"
