"""Two machines in one: each has its own network and hostname, and a cable joins them."""

import shutil
import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.support.stores.valkey import free_port, valkey_binary
from tests.support.stores.valkey_users import wait_until

_TOOLS = ("unshare", "nsenter", "ip", "hostname")


@dataclass(frozen=True)
class Machine:
    """A process that holds the machine's namespaces; it does nothing else."""

    name: str
    address: str
    pid: int

    @property
    def entering(self) -> tuple[str, ...]:
        """The words before a command that runs there."""
        return ("nsenter", "--target", str(self.pid), "--net", "--uts", "--")

    def run(self, *command: str) -> str:
        """Run a command there, and return what it prints."""
        return subprocess.run(
            [*self.entering, *command], capture_output=True, text=True, check=True
        ).stdout.strip()


def why_no_machines() -> str:
    """Return why namespaces cannot be made here, "" if they can."""
    if sys.platform != "linux" or not all(map(shutil.which, _TOOLS)):
        return "it takes Linux with unshare, nsenter and ip"
    tried = subprocess.run(["unshare", "--net", "--uts", "true"], check=False, capture_output=True)
    return "" if tried.returncode == 0 else "this user may make no network namespace"


@contextmanager
def two_machines() -> Generator[tuple[Machine, Machine]]:
    """Give two machines that reach each other; they end with their last process."""
    with _machine("here", "10.77.0.1") as here, _machine("there", "10.77.0.2") as there:
        peer = ("peer", "name", "cable", "netns", str(there.pid))
        here.run("ip", "link", "add", "cable", "type", "veth", *peer)
        for machine in (here, there):
            machine.run("ip", "address", "add", f"{machine.address}/24", "dev", "cable")
            for device in ("lo", "cable"):
                machine.run("ip", "link", "set", device, "up")
        yield here, there


@contextmanager
def _machine(name: str, address: str) -> Generator[Machine]:
    command = ["unshare", "--net", "--uts", "sh", "-c", f"hostname {name} && exec sleep 600"]
    with subprocess.Popen(command, start_new_session=True) as process:
        try:
            wait_until(lambda: _is_apart(process.pid))
            yield Machine(name, address, process.pid)
        finally:
            process.kill()


def _is_apart(pid: int) -> bool:
    with suppress(OSError):
        apart = Path(f"/proc/{pid}/ns/uts").readlink() != Path("/proc/self/ns/uts").readlink()
        return apart and b"sleep" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


@contextmanager
def serving(machine: Machine, command: Sequence[str], port: int) -> Generator[None]:
    """Run a server there, and wait until its port is open."""
    with subprocess.Popen(
        [*machine.entering, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            wait_until(lambda: _is_open(machine, port))
            yield
        finally:
            process.terminate()


def _is_open(machine: Machine, port: int) -> bool:
    """Return whether a process listens on a port (proc(5): addresses are hexadecimal)."""
    lines = Path(f"/proc/{machine.pid}/net/tcp").read_text().splitlines()
    return any(f":{port:04X} " in line and " 0A " in line for line in lines)


@contextmanager
def a_store(machine: Machine, directory: Path) -> Generator[str]:
    """Give a Valkey on the machine's address."""
    port = free_port()
    directory.mkdir()
    options = ("--port", str(port), "--bind", machine.address, "--protected-mode", "no")
    durable = ("--appendonly", "yes", "--save", "", "--dir", str(directory))
    with serving(machine, (valkey_binary(), *options, *durable), port):
        yield f"redis://{machine.address}:{port}/0"


@contextmanager
def an_origin(machine: Machine, folder: Path) -> Generator[str]:
    """Give the address at which git serves the repositories of a folder; anyone may push."""
    port = free_port()
    options = (f"--listen={machine.address}", f"--port={port}", f"--base-path={folder}")
    command = ("git", "daemon", "--export-all", "--enable=receive-pack", "--reuseaddr", *options)
    with serving(machine, command, port):
        yield f"git://{machine.address}:{port}"
