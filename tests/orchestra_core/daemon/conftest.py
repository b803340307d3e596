"""A clone, its project, and the end of whatever daemon a test has started for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestra_core.daemon.start_daemon import stop_daemon
from orchestra_core.project import Project, find_project
from tests.support.git.repositories import small_repository


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    shop = find_project(small_repository(tmp_path / "shop").path)
    yield shop
    stop_daemon(shop.git_dir)
