"""Names where no daemon answers."""

from pathlib import Path

import pytest

from orchestra_core.settings import REDIS_URL, Settings
from orchestra_tui.command_line.command_context import CommandContext
from orchestra_tui.command_line.commands.shell_completion.print_names import asks_for_names, run
from orchestra_tui.command_line.open_project import open_project
from tests.support.conductor.tasks import a_started_task
from tests.support.git.repositories import PLAIN_GIT, small_repository


def test_only_the_hidden_command_is_a_shells_question() -> None:
    assert asks_for_names(["__complete", "live"])
    assert asks_for_names(["-C", "x", "__complete", "live"])
    assert not asks_for_names(["interrupt", "__complete"])
    assert not asks_for_names([])


async def a_project(directory: Path, settings: Settings) -> str:
    async with open_project(CommandContext(directory, settings)) as context:
        return await a_started_task(context)


async def test_names_are_read_without_a_daemon(
    tmp_path: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in PLAIN_GIT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv(REDIS_URL, settings.redis_url)
    shop = small_repository(tmp_path / "shop")
    task_id = await a_project(shop.path, settings)
    assert run(["-C", str(shop.path), "__complete", "tasks"]) == 0
    assert capsys.readouterr() == (f"{task_id}\tAdd a login\n", "")


def test_what_is_missing_gives_no_names_and_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ORCHESTRA_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.delenv(REDIS_URL, raising=False)
    shop = small_repository(tmp_path / "shop")
    for arguments in (
        ["-C", str(tmp_path), "__complete", "live"],
        ["-C", str(tmp_path / "none"), "__complete", "live"],
        ["-C", str(shop.path), "__complete", "live"],
        ["-C", str(shop.path), "__complete"],
    ):
        assert run(arguments) == 0
    assert capsys.readouterr() == ("", "")
    assert not (tmp_path / "state").exists()
