"""A repository, and a user who has a private Valkey of their own."""

from collections.abc import Generator
from pathlib import Path

import pytest

from orchestra_core.settings import Settings
from tests.support.repositories import TestRepository, small_repository
from tests.support.valkey_users import a_user_of_their_own


@pytest.fixture
def repository(tmp_path: Path) -> TestRepository:
    return small_repository(tmp_path / "shop")


@pytest.fixture
def alone() -> Generator[Settings]:
    """Settings of a user with a private Valkey of their own."""
    with a_user_of_their_own() as settings:
        yield settings
