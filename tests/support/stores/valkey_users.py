"""Real processes that use a private Valkey, and what a test asks about its server."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from orchestra_core.errors import StoreUnavailable
from orchestra_core.private_valkey import inspect, shut_down
from orchestra_core.settings import STATE_DIR, Settings, read_settings
from orchestra_core.store.client.redis_request import ask
from orchestra_core.store.client.reply_parser import as_bytes
from tests.support.processes import working_below
from tests.support.waiting import BOUND

_USER = """
import sys
from orchestra_core.private_valkey import join
from orchestra_core.store.client.redis_request import ask
from orchestra_core.settings import read_settings
sys.stdin.readline()
lease = join(read_settings())
info = ask(lease.socket, "INFO", "server").decode()
print(info.partition("process_id:")[2].split()[0], flush=True)
sys.stdin.readline()
lease.close()
"""


class User:
    """A process that joins when told, says the server's process id, and leaves when told."""

    def __init__(self, settings: Settings, **environ: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _USER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment(settings), **environ},
            start_new_session=True,
        )

    def say(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def server_pid(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())

    def leave(self) -> None:
        self._process.communicate("\n", timeout=30)
        assert self._process.returncode == 0

    def kill(self, *, whole_group: bool = False) -> None:
        if whole_group:
            os.killpg(self._process.pid, signal.SIGKILL)
        else:
            self._process.kill()
        self._process.communicate(timeout=30)


def environment(settings: Settings) -> dict[str, str]:
    """Return the variables that make `read_settings` answer these settings."""
    return {STATE_DIR: str(settings.state_dir), "XDG_RUNTIME_DIR": str(settings.runtime_dir)}


def settings_at(state_dir: Path, runtime_dir: Path) -> Settings:
    """Return settings of these two directories and nothing of the environment."""
    return read_settings({STATE_DIR: str(state_dir), "XDG_RUNTIME_DIR": str(runtime_dir)})


@contextmanager
def a_user_of_their_own() -> Generator[Settings]:
    """Give settings apart from everyone's, and short; at the end nothing of them is left."""
    base = Path(tempfile.mkdtemp(prefix="orc"))
    try:
        runtime = base / "run"
        runtime.mkdir()
        own = settings_at(base / "state", runtime)
        yield own
        with suppress(StoreUnavailable):
            shut_down(own)
    finally:
        # A server that is on its way out may still be removing its own files.
        wait_until(lambda: _removed(base))
        # The daemon of a room that was killed may have started the server once more.
        for pid in working_below(base, "valkey-server"):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _removed(base: Path) -> bool:
    shutil.rmtree(base, ignore_errors=True)
    return not base.exists()


def pid_of_server(settings: Settings) -> int:
    """Return the process id the running server says it has."""
    info = as_bytes(ask(inspect(settings).socket, "INFO", "server")).decode()
    return int(info.partition("process_id:")[2].split()[0])


def recorded_pid(settings: Settings) -> int:
    """Return the process id that was written down when the server was started."""
    record = settings.state_dir / "valkey" / "server.json"
    return int(json.loads(record.read_text())["pid"])


def wait_until(condition: Callable[[], bool], within: float = BOUND) -> None:
    """Wait for `condition`; fails the test when it does not hold within so many seconds."""
    until = time.monotonic() + within
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.005)


def kill_server(settings: Settings) -> int:
    """Kill the server as nothing may be: at once. Returns the process id it had."""
    pid = pid_of_server(settings)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not inspect(settings).running)
    return pid
