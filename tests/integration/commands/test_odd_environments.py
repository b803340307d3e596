"""Closed streams, a plain ASCII locale, few descriptors: it works, or one line says why not."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestra_core.settings import Settings
from tests.support.commands.run_command import COMMAND, orchestra
from tests.support.git.repositories import PLAIN_GIT, TestRepository, small_repository
from tests.support.stores.valkey_users import a_user_of_their_own, environment

ASCII = {"LC_ALL": "C", "LANG": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}


@pytest.fixture
def settings() -> Iterator[Settings]:
    with a_user_of_their_own() as own:
        yield own


@pytest.fixture
def shop(tmp_path: Path) -> TestRepository:
    return small_repository(tmp_path / "größe")


def in_a_shell(
    shop: TestRepository, settings: Settings, line: str
) -> "subprocess.CompletedProcess[str]":
    """Run a line of /bin/sh in which "$@" is the command `orchestra`."""
    return subprocess.run(
        ["/bin/sh", "-c", line, "sh", *COMMAND],
        cwd=shop.path,
        env={**os.environ, **PLAIN_GIT, **environment(settings)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("arguments", ["status", "serve", "events"])
def test_a_closed_standard_stream_is_treated_as_empty(
    shop: TestRepository, settings: Settings, arguments: str, closed: str
) -> None:
    ran = in_a_shell(shop, settings, f'"$@" {arguments} {closed}')
    assert (ran.returncode, ran.stderr) == (0, "")


def test_the_room_with_a_closed_stdin_says_that_it_needs_a_terminal(
    shop: TestRepository, settings: Settings
) -> None:
    ran = in_a_shell(shop, settings, '"$@" <&-')
    assert ran.stderr.startswith("orchestra: the room needs a terminal")
    assert ran.stderr.count("\n") == 1


def test_an_ascii_locale_does_not_change_names_or_texts(
    shop: TestRepository, settings: Settings
) -> None:
    for command in ("init", "status", "doctor", "reconcile", "events"):
        ran = orchestra(shop.path, settings, command, **ASCII)
        assert (ran.returncode, ran.stderr) == (0, ""), command
    assert "gr??e" in orchestra(shop.path, settings, "status", **ASCII).stdout
    said = json.loads(orchestra(shop.path, settings, "status", "--json", **ASCII).stdout)
    assert str(shop.path) in json.dumps(said, ensure_ascii=False)
    settings_file = shop.path / ".claude" / "settings.local.json"
    assert str(shop.path) in settings_file.read_text(encoding="utf-8")


@pytest.mark.parametrize("limit", [64, 20, 10])
def test_a_low_limit_of_open_files_works_or_fails_with_one_line(
    shop: TestRepository, settings: Settings, limit: int
) -> None:
    ran = in_a_shell(shop, settings, f'ulimit -n {limit}; "$@" status')
    if limit >= 64:
        assert (ran.returncode, ran.stderr) == (0, "")
    else:
        assert ran.returncode == 1
        assert ran.stderr.startswith("orchestra: ")
        assert ran.stderr.count("\n") == 1
