"""Forked commands, with which other tests save half a second each, do what started ones do."""

from pathlib import Path

import pytest

from orchestra_core.settings import Settings
from tests.support.commands.run_command import orchestra
from tests.support.commands.run_forked import forking, is_forking
from tests.support.git.repositories import TestRepository

_SAME = (
    ("answer", "nobody", "allow"),
    ("close", "nobody"),
    ("config",),
    ("interrupt", "nobody", "Wait for “größe”"),
    ("land", "--dry-run"),
    ("reconcile",),
    ("restore", "nobody"),
    ("resume", "nobody"),
    ("start", "nobody"),
    ("stop", "nobody"),
    ("trust", "--nothing"),
)


@pytest.fixture
def place(fork_place: str) -> str:
    if not fork_place:
        pytest.skip("commands are not forked in this run")
    return fork_place


@pytest.mark.parametrize("words", _SAME, ids=lambda words: words[0])
def test_a_forked_command_says_what_a_started_one_says(
    repository: TestRepository, settings: Settings, place: str, words: tuple[str, ...]
) -> None:
    started = orchestra(repository.path, settings, *words)
    with forking(place):
        forked = orchestra(repository.path, settings, *words)
    assert (forked.stdout, forked.stderr) == (started.stdout, started.stderr)
    assert forked.returncode == started.returncode


def test_each_forked_command_has_its_own_directory_and_environment(
    repository: TestRepository, settings: Settings, place: str, tmp_path: Path
) -> None:
    with forking(place):
        here = orchestra(repository.path, settings, "status")
        assert str(repository.path) in here.stdout
        assert orchestra(tmp_path, settings, "status").returncode == 1
        elsewhere = orchestra(
            repository.path, settings, "status", ORCHESTRA_REDIS_URL="redis://127.0.0.1:1/0"
        )
        assert "127.0.0.1:1" in elsewhere.stderr
        assert orchestra(repository.path, settings, "status").stdout == here.stdout
    assert not is_forking()
