from dataclasses import replace
from pathlib import Path

import pytest

from orchestra_core.errors import OrchestraError, Unavailable
from orchestra_core.settings import read_settings
from orchestra_tui.command_line.command_context import CommandContext
from tests.support.git.repositories import small_repository

SETTINGS = read_settings({"HOME": "/nowhere"})


def test_the_project_is_taken_from_the_directory_or_from_the_settings(tmp_path: Path) -> None:
    shop = small_repository(tmp_path / "shop")
    context = CommandContext(shop.path / "src", SETTINGS)
    assert context.project().id.startswith("shop-")
    named = CommandContext(shop.path, replace(SETTINGS, project="bookshop"))
    assert named.project().id == "bookshop"


def test_a_missing_directory_and_one_without_a_repository_are_one_line_errors(
    tmp_path: Path,
) -> None:
    with pytest.raises(Unavailable, match="is not a directory; name one inside a repository"):
        CommandContext(tmp_path / "gone", SETTINGS).project()
    with pytest.raises(OrchestraError, match="repository"):
        CommandContext(tmp_path, SETTINGS).project()
