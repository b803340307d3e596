"""The demo's conflicts are merged as a worker would merge them."""

from pathlib import Path

import pytest

from orchestra_core.replies.chambers import OpenedChamber
from orchestra_core.replies.completion import FileConflict
from orchestra_server.demo.resolve_conflicts import resolve_conflicts
from tests.support.git.repositories import TestRepository, small_repository


def chamber_of(repository: TestRepository, name: str, place: Path, content: str) -> OpenedChamber:
    repository.git("worktree", "add", "-q", "-b", name, str(place))
    repository.at(place).commit(name, {"settings.py": content})
    return OpenedChamber(
        name=name,
        path=str(place),
        branch=name,
        base_commit="",
        agent_id=f"worker-{name}",
        worker_prompt="",
        proven_ready=True,
    )


@pytest.fixture
def repository(tmp_path: Path) -> TestRepository:
    return small_repository(tmp_path / "shop")


def test_both_sides_are_in_the_second_chamber_and_nothing_is_left_open(
    repository: TestRepository, tmp_path: Path
) -> None:
    chambers = {
        name: chamber_of(repository, name, tmp_path / name, f"{name} = 1\n")
        for name in ("api", "auth")
    }
    conflict = FileConflict(file="settings.py", kind="add/add", between=["api", "auth"], lines="")
    both = "api = 1\nauth = 1\n"
    assert resolve_conflicts(chambers, [conflict], {"settings.py": both}) == {
        "auth": ["settings.py"]
    }
    auth = repository.at(tmp_path / "auth")
    assert auth.read("settings.py") == both
    assert auth.status == ""
    assert auth.git("rev-list", "--parents", "-1", "HEAD").split()[1:] == [
        auth.git("rev-parse", "HEAD^1"),
        auth.git("rev-parse", "api"),
    ]


def test_a_conflict_with_the_base_or_in_another_file_is_left(
    repository: TestRepository, tmp_path: Path
) -> None:
    auth = chamber_of(repository, "auth", tmp_path / "auth", "auth = 1\n")
    conflicts = [
        FileConflict(file="settings.py", kind="content", between=["base", "auth"], lines=""),
        FileConflict(file="other.py", kind="content", between=["auth", "auth"], lines=""),
    ]
    assert resolve_conflicts({"auth": auth}, conflicts, {"settings.py": ""}) == {}
