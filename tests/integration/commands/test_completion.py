"""Completion in the real shells, in a project whose names they ask for."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from orchestra_core.settings import REDIS_URL, Settings
from tests.support.commands.run_command import orchestra
from tests.support.git.repositories import PLAIN_GIT, TestRepository, small_repository
from tests.support.room.terminal import terminal
from tests.support.stores.valkey_users import environment

_BASH = """
source "$SCRIPT"
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
_shtab_orchestra
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture
def shop(tmp_path: Path, settings: Settings) -> TestRepository:
    shop = small_repository(tmp_path / "shop")
    ran = orchestra(shop.path, settings, "create", "auth", "api", "--title", "Add a login")
    assert ran.returncode == 0
    return shop


@pytest.fixture
def shell_environ(settings: Settings, tmp_path: Path) -> dict[str, str]:
    """An environment in which `orchestra` is this one."""
    scripts = tmp_path / "bin"
    scripts.mkdir()
    command = scripts / "orchestra"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m orchestra_tui.command_line "$@"\n')
    command.chmod(0o755)
    return {
        **os.environ,
        **PLAIN_GIT,
        **environment(settings),
        REDIS_URL: settings.redis_url,
        "PATH": f"{scripts}:{os.environ['PATH']}",
        "SCRIPT": str(tmp_path / "script"),
    }


def script_for(shell: str, shop: TestRepository, settings: Settings, tmp_path: Path) -> Path:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    script = tmp_path / "script"
    script.write_text(orchestra(shop.path, settings, "completion", shell).stdout)
    return script


@pytest.mark.parametrize(
    ("line", "completed"),
    [
        (["la"], {"land"}),
        (["land", "--on"], {"--only"}),
        (["land", "--only", "auth", ""], {"api", "auth"}),
        (["interrupt", "au"], {"auth"}),
        (["interrupt", "auth", "--requires", "s"], {"stop", "suspend"}),
        (["completion", "z"], {"zsh"}),
    ],
)
def test_bash_completes_commands_options_and_names(  # noqa: PLR0917 - fixtures and cases
    shop: TestRepository,
    settings: Settings,
    tmp_path: Path,
    shell_environ: dict[str, str],
    line: list[str],
    completed: set[str],
) -> None:
    script_for("bash", shop, settings, tmp_path)
    ran = subprocess.run(
        ["bash", "--norc", "-c", _BASH, "bash", "orchestra", *line],
        cwd=shop.path, env=shell_environ, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert (set(ran.stdout.split()), ran.stderr) == (completed, "")


def test_bash_asks_in_the_directory_that_is_named(
    shop: TestRepository, settings: Settings, tmp_path: Path, shell_environ: dict[str, str]
) -> None:
    script_for("bash", shop, settings, tmp_path)
    for directory, names in ((shop.path, {"api", "auth"}), (tmp_path, set[str]())):
        line = ["-C", str(directory), "close", ""]
        ran = subprocess.run(
            ["bash", "--norc", "-c", _BASH, "bash", "orchestra", *line],
            cwd=tmp_path, env=shell_environ, capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert (set(ran.stdout.split()), ran.stderr) == (names, "")


def test_fish_completes_names_with_what_they_are(
    shop: TestRepository, settings: Settings, tmp_path: Path, shell_environ: dict[str, str]
) -> None:
    script = script_for("fish", shop, settings, tmp_path)
    ran = subprocess.run(
        ["fish", "--no-config", "-c", f"source {script}; complete -C 'orchestra close a'"],
        cwd=shop.path, env=shell_environ, capture_output=True, text=True, check=True,
    )  # fmt: skip
    names = dict(line.split("\t") for line in ran.stdout.splitlines())
    assert sorted(names) == ["api", "auth"]
    assert set(names.values()) == {names["api"]}


def test_zsh_completes_names_at_its_prompt(
    shop: TestRepository, settings: Settings, tmp_path: Path, shell_environ: dict[str, str]
) -> None:
    script = script_for("zsh", shop, settings, tmp_path)
    begin = f"autoload -U compinit; compinit -u -d {tmp_path}/dump"
    start = f"{begin}; eval \"$(cat {script})\"; PS1='rea''dy> '"
    with terminal(["zsh", "-f", "-i"], shop.path, shell_environ) as shown:
        shown.press(f"{start}; clear\n")
        shown.wait_for("ready> ")
        shown.press("orchestra close au\t")
        shown.wait_for("orchestra close auth")
