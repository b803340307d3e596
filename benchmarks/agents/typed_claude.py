"""Claude Code in its own terminal, into which a benchmark types."""

import fcntl
import json
import math
import os
import pty
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tests.support.agents.claude_code import client_environ

_ROWS_AND_COLUMNS = (40, 120)
_SILENCE_S = 1.5  # after which its first screen is whole
_CHUNK = 65_536


class TypedClaude:
    """The other end of the terminal."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._written_at = math.inf  # it has painted nothing yet
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def type(self, keys: str) -> None:
        """Type at once."""
        os.write(self._descriptor, keys.encode())

    def wait_for_silence(self) -> None:
        """Return when it has painted something, and then nothing for a while. Blocking."""
        while time.monotonic() < self._written_at + _SILENCE_S:
            time.sleep(0.05)

    def _read(self) -> None:
        try:
            while os.read(self._descriptor, _CHUNK):
                self._written_at = time.monotonic()
        except OSError:
            return  # the client has ended


@contextmanager
def typed_claude(
    claude: Path, *options: str, directory: Path, home: Path, model_url: str
) -> Generator[TypedClaude]:
    """Run the client in a terminal; its first questions are answered beforehand."""
    home.mkdir(exist_ok=True)
    project = {"hasTrustDialogAccepted": True, "hasCompletedProjectOnboarding": True}
    state = {
        "hasCompletedOnboarding": True, "theme": "dark", "projects": {str(directory): project},
        "customApiKeyResponses": {"approved": ["made-up"], "rejected": []},
    }  # fmt: skip
    (home / ".claude.json").write_text(json.dumps(state))
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", *_ROWS_AND_COLUMNS, 0, 0))
    with subprocess.Popen(
        [claude, *options],
        cwd=directory,
        env={**client_environ(home, model_url), "TERM": "xterm-256color"},
        stdin=its, stdout=its, stderr=its, start_new_session=True,
    ) as process:  # fmt: skip
        os.close(its)
        try:
            yield TypedClaude(ours)
        finally:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
            os.close(ours)
