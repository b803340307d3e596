"""Which pager shows a diff."""

from pathlib import Path

import pytest

from orchestra_server.operator_commands.chambers.diff_display import DiffDisplay, read_diff_display
from tests.support.git.repositories import PLAIN_GIT, TestRepository, small_repository


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TestRepository:
    for name, value in PLAIN_GIT.items():
        monkeypatch.setenv(name, value)
    for name in ("GIT_PAGER", "PAGER", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return small_repository(tmp_path / "shop")


def test_git_pages_with_less_in_colour_where_nothing_is_set(shop: TestRepository) -> None:
    display = read_diff_display(shop.path)
    assert (display.pager in {"less", "pager"}, display.color) == (True, True)  # Debian has `pager`


def test_the_variable_and_the_settings_count_as_for_git(
    shop: TestRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.git("config", "core.pager", "delta --dark")
    shop.git("config", "color.ui", "never")
    assert read_diff_display(shop.path) == DiffDisplay("delta --dark", color=False)
    shop.git("config", "pager.diff", "bat")
    assert read_diff_display(shop.path).pager == "bat"
    shop.git("config", "pager.diff", "false")
    assert read_diff_display(shop.path).pager == ""
    shop.git("config", "pager.diff", "true")
    monkeypatch.setenv("GIT_PAGER", "cat")
    assert read_diff_display(shop.path).pager == ""


def test_no_color_is_respected(shop: TestRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert not read_diff_display(shop.path).color
