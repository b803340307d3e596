"""The real Claude Code: installed once into a cache, run without an account on a scripted model."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.support.npm import CannotInstallError, installed_binary

PACKAGE = "@anthropic-ai/claude-code"
PINNED = "2.1.330"
VERSION_VARIABLE = "ORCHESTRA_TEST_CLAUDE"  # another version to test with
VERSION = os.environ.get(VERSION_VARIABLE) or PINNED
_RUN_SECONDS = 300


def claude_binary() -> Path:
    """Return the binary, installed on first use; skips the test if that fails."""
    try:
        return installed_claude()
    except CannotInstallError as error:
        pytest.skip(f"Claude Code {VERSION} cannot be installed here: {error}")


def headless(binary: Path, prompt: str, *options: str) -> list[str]:
    """Return the command of a session with one prompt that may edit its working directory."""
    said = ("--output-format", "stream-json", "--verbose", "--permission-mode", "acceptEdits")
    return [str(binary), "-p", prompt, *said, *options]


def client_environ(home: Path, model_url: str) -> dict[str, str]:
    """Return the environment of a client that uses only the model at `model_url`."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "CLAUDE_CODE_TMPDIR": str(home),
        "ANTHROPIC_BASE_URL": model_url,
        "ANTHROPIC_API_KEY": "made-up",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "DISABLE_AUTOUPDATER": "1",
        "IS_SANDBOX": "1",  # without this it refuses to run as root
    }


def run_claude(
    binary: Path,
    prompt: str,
    *,
    directory: Path,
    home: Path,
    model_url: str,
    environ: Mapping[str, str],
    options: Sequence[str] = (),
) -> "subprocess.CompletedProcess[str]":
    """Run one headless session to its end."""
    home.mkdir(exist_ok=True)
    return subprocess.run(
        headless(binary, prompt, *options),
        cwd=directory,
        env={**client_environ(home, model_url), **environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_RUN_SECONDS,
        check=False,
    )


def installed_claude() -> Path:
    """Return the binary, to which the package's launcher is only a link, installed on first use.

    Raises CannotInstallError.
    """
    return installed_binary("claude-code", PACKAGE, VERSION, "@anthropic-ai/claude-code-*/claude")
