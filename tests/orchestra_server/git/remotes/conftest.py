"""A small repository for each test."""

from pathlib import Path

import pytest

from tests.support.git.repositories import TestRepository, small_repository


@pytest.fixture
def repository(tmp_path: Path) -> TestRepository:
    return small_repository(tmp_path / "shop")
