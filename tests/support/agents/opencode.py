"""The real opencode: installed once into a cache, run without an account on a scripted model."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.npm import CannotInstallError, installed_binary

VERSION = "1.18.33"


def opencode_binary() -> Path:
    """Return the binary, installing it on first use; skips the test where that cannot be done."""
    try:
        return installed_binary("opencode", "opencode-ai", VERSION, "opencode-*/bin/opencode")
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
