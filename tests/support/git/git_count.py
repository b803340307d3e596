"""Counts the git processes that a piece of code starts, by git's trace (trace2)."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest


class _Start(msgspec.Struct):
    event: str
    argv: list[str] = []


class GitCount:
    """The git processes started so far; each writes its own file into the directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    @property
    def commands(self) -> list[str]:
        """Return the subcommand of each process, in any order."""
        return [self._command(file) for file in self._directory.iterdir()]

    def forget(self) -> None:
        """Start counting again."""
        for file in self._directory.iterdir():
            file.unlink()

    def _command(self, file: Path) -> str:
        for line in file.read_text().splitlines():
            told = msgspec.json.decode(line, type=_Start)
            if told.event == "start":
                words = [word for word in told.argv[1:] if word[:1] not in "-/"]
                return next((word for word in words if "=" not in word), "")
        return ""


@contextmanager
def counted_git(directory: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[GitCount]:
    """Count every git process that is started within."""
    directory.mkdir()
    with monkeypatch.context() as patch:
        patch.setenv("GIT_TRACE2_EVENT", str(directory))
        yield GitCount(directory)
