from pathlib import Path

import pytest

from orchestra_server.files.chamber.chamber_links import (
    link_chamber_folder,
    link_workspace,
    workspace_link,
)
from orchestra_server.files.hook_setup.hook_settings import ELSEWHERE


@pytest.fixture
def chamber(tmp_path: Path) -> Path:
    path = tmp_path / ".claude" / "worktrees" / "auth"
    path.mkdir(parents=True)
    return path


def test_the_link_at_the_documented_path_leads_to_the_chamber(chamber: Path) -> None:
    assert link_workspace(chamber) == link_workspace(chamber) == []
    link = workspace_link(chamber)
    assert link == chamber.parent.parent / "workspaces" / "auth"
    assert link is not None
    assert link.resolve() == chamber.resolve()
    assert not link.readlink().is_absolute(), "it still leads there after a move"


def test_a_link_to_another_target_is_replaced(chamber: Path, tmp_path: Path) -> None:
    link = chamber.parent.parent / "workspaces" / "auth"
    link.parent.mkdir()
    link.symlink_to(tmp_path / "gone")
    assert link_workspace(chamber) == []
    assert link.resolve() == chamber.resolve()


def test_a_file_at_the_links_path_is_kept_and_named(chamber: Path) -> None:
    place = chamber.parent.parent / "workspaces" / "auth"
    place.mkdir(parents=True)
    (line,) = link_workspace(chamber)
    assert str(place) in line
    assert str(chamber) in line
    assert place.is_dir()
    assert not place.is_symlink()


def test_a_chamber_outside_the_checkout_gets_no_link(tmp_path: Path) -> None:
    assert workspace_link(tmp_path / "auth") is None
    assert link_workspace(tmp_path / "auth") == []


def test_the_main_checkout_links_only_to_chambers_of_its_subdirectories(tmp_path: Path) -> None:
    main = (tmp_path / "main").resolve()
    folder = main / "packages" / "the api" / ".claude" / "worktrees"
    folder.mkdir(parents=True)
    for place in (folder, folder, main / ".claude" / "worktrees", tmp_path / "a" / "b" / "c"):
        link_chamber_folder(main, place)
    (link,) = (main / ELSEWHERE).iterdir()
    assert link.name == "packages%2Fthe%20api"
    assert link.resolve() == folder
