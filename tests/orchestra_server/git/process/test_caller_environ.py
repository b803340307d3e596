"""Programs that run for a caller have the caller's environment."""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from orchestra_server.git.process.caller_environ import as_caller, caller_environ
from orchestra_server.git.process.foreign_programs import map_watched, submit_watched
from orchestra_server.git.process.plain_git import git_version
from orchestra_server.git.process.run import run_git
from tests.support.git.repositories import PLAIN_GIT


def test_without_a_caller_the_environment_is_the_processs_own() -> None:
    assert caller_environ() is os.environ


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a git into PATH that writes four of its variables to this file."""
    git_version()  # GitPython asks the real one when it is imported
    told = tmp_path / "told"
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$MINE,$OURS,$LC_ALL,$LANGUAGE" >> {told}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    return told


@pytest.mark.parametrize("command", [("var", "GIT_AUTHOR_IDENT"), ("status", "--porcelain=v2")])
def test_git_runs_with_what_the_caller_has_and_without_what_only_this_process_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: Path, command: tuple[str, str]
) -> None:
    own = {**os.environ, **PLAIN_GIT, "MINE": "of the caller", "GIT_DIR": "/nowhere"}
    monkeypatch.setenv("OURS", "of the daemon")
    with as_caller(own):
        run_git(tmp_path, *command)
    assert told.read_text() == "of the caller,,C,C\n"


async def test_threads_that_work_for_the_caller_have_its_environment() -> None:
    def mark(_: object = None) -> str:
        return caller_environ().get("MARK", "")

    with as_caller({"MARK": "mine"}), ThreadPoolExecutor(2) as pool:
        assert list(map_watched(pool, mark, range(3))) == ["mine"] * 3
        assert submit_watched(pool, mark).result() == "mine"
        assert await asyncio.to_thread(mark) == "mine"


@pytest.mark.parametrize("command", ["var", "status"])
@pytest.mark.parametrize("locale", [{"LC_ALL": "de_DE.UTF-8", "LANGUAGE": "de"}, {}])
def test_git_speaks_english_whatever_the_locales_of_the_caller_and_of_this_process_are(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    told: Path,
    command: str,
    locale: dict[str, str],
) -> None:
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    monkeypatch.setenv("LANGUAGE", "fr")
    with as_caller({"PATH": os.environ["PATH"], **locale}):
        run_git(tmp_path, command)
    assert told.read_text() == ",,C,C\n"
