"""The real opencode: installed once into a cache, run without an account on a scripted model."""

import json
import os
import platform
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from orchestra_core.process.file_lock import locked_file
from tests.support.npm import CannotInstallError, cache_directory, install_package

VERSION = "1.18.33"


def opencode_binary() -> Path:
    """Return the binary, installing it on first use; skips the test where that cannot be done."""
    try:
        return _installed()
    except CannotInstallError as error:
        pytest.skip(f"opencode {VERSION} cannot be installed here: {error}")


def opencode_environ(home: Path, model_url: str) -> Mapping[str, str]:
    """Return the environment of an opencode that knows only the model at `model_url`."""
    model = {"name": "scripted", "cost": {"input": 1, "output": 1},
             "limit": {"context": 200_000, "output": 8_000}}  # fmt: skip
    provider = {"options": {"baseURL": f"{model_url}/v1", "apiKey": "made-up"},
                "models": {"scripted": model}}  # fmt: skip
    configuration = {
        "provider": {"anthropic": provider}, "autoupdate": False, "share": "disabled",
        "model": "anthropic/scripted", "small_model": "anthropic/scripted",
    }  # fmt: skip
    folders = {
        f"XDG_{name}_HOME": str(home / name) for name in ("DATA", "CONFIG", "STATE", "CACHE")
    }
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        **folders,
        "OPENCODE_CONFIG_CONTENT": json.dumps(configuration),
        "OPENCODE_DISABLE_AUTOUPDATE": "1",
        "OPENCODE_DISABLE_DEFAULT_PLUGINS": "1",
        "OPENCODE_DISABLE_LSP_DOWNLOAD": "1",
        "OPENCODE_DISABLE_MODELS_FETCH": "1",
    }


@cache
def _installed() -> Path:
    where = cache_directory() / f"opencode-{VERSION}"
    where.mkdir(parents=True, exist_ok=True)
    with locked_file(where / "lock"):
        binary = _find(where)
        if binary is None:
            install_package(where, f"opencode-ai@{VERSION}")
            binary = _find(where)
    if binary is None:
        raise CannotInstallError(f"npm left no binary for {platform.system()} in {where}")
    return binary


def _find(where: Path) -> Path | None:
    """Return the platform's own binary that runs here."""
    binaries = sorted((where / "node_modules").glob("opencode-*/bin/opencode"))
    return next((path for path in binaries if _runs(path)), None)


def _runs(binary: Path) -> bool:
    try:
        told = subprocess.run(
            [binary, "--version"], capture_output=True, text=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return told.returncode == 0 and VERSION in told.stdout
