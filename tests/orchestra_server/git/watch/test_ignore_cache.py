"""Changes that cannot matter."""

from pathlib import Path

import pytest

from orchestra_server.git.watch.ignore_cache import IgnoreCache
from tests.support.git.repositories import TestRepository, small_repository


@pytest.fixture
def chamber(tmp_path: Path) -> TestRepository:
    return small_repository(tmp_path / "shop", {".gitignore": "build/\n*.log\n", "app.py": "1\n"})


def test_an_ignored_directory_is_remembered_by_its_topmost_path(chamber: TestRepository) -> None:
    ignored = IgnoreCache(chamber.path)
    ignored_file = str(chamber.write("build/deep/one.o"))
    assert ignored.matters([ignored_file]) == [ignored_file]
    assert ignored.learn([ignored_file])
    assert ignored.matters([ignored_file, str(chamber.path / "build/two.o")]) == []
    assert not ignored.learn([str(chamber.path / "app.py")])


def test_a_tracked_file_in_an_ignored_directory_is_not_ignored(chamber: TestRepository) -> None:
    tracked_file = str(chamber.write("build/kept.txt", "1"))
    chamber.git("add", "--force", "build/kept.txt")
    ignored = IgnoreCache(chamber.path)
    ignored.learn([tracked_file, str(chamber.write("build/other.txt"))])
    assert ignored.matters([tracked_file]) == [tracked_file]


def test_a_changed_ignore_rule_clears_the_cache(chamber: TestRepository) -> None:
    ignored = IgnoreCache(chamber.path)
    log = str(chamber.write("run.log"))
    ignored.learn([log])
    assert ignored.matters([log]) == []
    rules = str(chamber.write(".gitignore", "build/\n"))
    assert ignored.matters([rules, log]) == [rules, log]


def test_a_path_outside_the_chamber_is_not_ignored(chamber: TestRepository, tmp_path: Path) -> None:
    ignored = IgnoreCache(chamber.path)
    assert not ignored.learn([str(tmp_path / "elsewhere")])
    assert ignored.matters([str(tmp_path / "elsewhere")]) == [str(tmp_path / "elsewhere")]
