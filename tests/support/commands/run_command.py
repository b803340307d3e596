"""Runs the command `orchestra` as a real process in a test's directory, with its settings."""

import os
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from orchestra_core.settings import REDIS_URL, Settings
from tests.support.commands import run_forked
from tests.support.git.repositories import PLAIN_GIT
from tests.support.stores.valkey_users import environment

COMMAND = (sys.executable, "-m", "orchestra_tui.command_line")
_SECONDS = 60


def orchestra(
    directory: Path, settings: Settings, *arguments: str, **environ: str
) -> subprocess.CompletedProcess[str]:
    """Run the command to its end without a terminal."""
    whole_environ = orchestra_environ(settings, environ)
    if run_forked.is_forking():
        return run_forked.run_forked(arguments, directory, whole_environ, _SECONDS)
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=directory,
        env=whole_environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )


@contextmanager
def orchestra_running(
    directory: Path, settings: Settings, *arguments: str, **environ: str
) -> Generator[subprocess.Popen[str]]:
    """Start the command with pipes; it is killed at the end if it still runs."""
    with subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=directory,
        env=orchestra_environ(settings, environ),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def line_of(process: subprocess.Popen[str]) -> str:
    """Return the next line the command prints."""
    assert process.stdout is not None
    return process.stdout.readline()


def orchestra_environ(
    settings: Settings, environ: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the environment of a command that uses `settings` and nothing of the user's."""
    return {
        **os.environ,
        **PLAIN_GIT,
        **environment(settings),
        REDIS_URL: settings.redis_url,
        "PYTHONUTF8": "1",
        **(environ or {}),
    }
