"""hcom, the peer: agents in terminals that message each other through hooks of their clients.

As its own help says: Claude Code's hooks load in sessions that are started with `hcom claude`, and
any process reaches such an agent with `hcom send`. It is installed from the Python registry into
the tests' cache, and lives in a home of its own.
"""

import json
import os
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from benchmarks.figures.row import CannotMeasure
from tests.support.agents.claude_code import client_environ, headless
from tests.support.npm import cache_directory

VERSION = "0.7.31"
_INSTALL_SECONDS = 100
_READY_SECONDS = 60
_NOWHERE = "http://127.0.0.1:9"  # it looks for a newer version of itself beside its work


@dataclass(frozen=True, slots=True)
class Hcom:
    """One agent, and how it is reached."""

    binary: Path
    environ: Mapping[str, str]
    directory: Path
    name: str = ""

    def send(self, text: str) -> None:
        """Send the agent a message, as any process may."""
        self.run("send", "-b", f"@{self.name}", "--", text)

    def stored_at(self) -> dict[str, float]:
        """Return when each message was put into its database, in seconds since 1970."""
        lines = self.run("events", "--type", "message", "--full", "--last", "10000").splitlines()
        events = [json.loads(line) for line in lines]
        return {
            event["data"]["text"]: datetime.fromisoformat(event["ts"]).timestamp()
            for event in events
        }

    def run(self, *arguments: str) -> str:
        """Run one of its commands and return what it prints; it must succeed."""
        return subprocess.run(
            [str(self.binary), *arguments],
            cwd=self.directory,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
            timeout=_READY_SECONDS,
        ).stdout


@contextmanager
def hcom_session(
    claude: Path, prompt: str, *options: str, directory: Path, home: Path, model_url: str
) -> Generator[Hcom]:
    """Start Claude Code under hcom in the background and give its agent; end it afterwards."""
    binary = _installed()
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "claude").symlink_to(claude)
    environ = client_environ(home, model_url)
    path = (str(home / "bin"), str(binary.parent), environ["PATH"])
    environ |= {"PATH": os.pathsep.join(path), "https_proxy": _NOWHERE, "no_proxy": "127.0.0.1"}
    hcom = Hcom(binary, environ, directory)
    try:
        _, *arguments = headless(claude, prompt, *options)
        hcom.run("claude", *arguments)
        hcom.run("events", "launch")
        (name,) = hcom.run("list", "--names").split()
        yield Hcom(binary, environ, directory, name)
    finally:
        hcom.run("kill", "all")


def _installed() -> Path:
    where = cache_directory() / f"hcom-{VERSION}"
    binary = where / "bin" / "hcom"
    if not binary.exists():
        pip = (sys.executable, "-m", "pip", "install", "--quiet", "--no-deps")
        try:
            subprocess.run(
                [*pip, "--target", str(where), f"hcom=={VERSION}"],
                capture_output=True,
                text=True,
                check=True,
                timeout=_INSTALL_SECONDS,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise CannotMeasure(f"hcom {VERSION} cannot be installed here: {error}") from error
    return binary
