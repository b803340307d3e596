"""A repository, a user who has a private Valkey of their own, and commands without their start."""

import os
from collections.abc import Generator
from pathlib import Path

import pytest

from orchestra_core.settings import Settings
from tests.support.commands.run_forked import LONGEST_PLACE, forking, forking_process
from tests.support.git.repositories import TestRepository, small_repository
from tests.support.installed_coverage import IS_MEASURING
from tests.support.stores.valkey_users import a_user_of_their_own


@pytest.fixture
def repository(tmp_path: Path) -> TestRepository:
    return small_repository(tmp_path / "shop")


@pytest.fixture
def alone() -> Generator[Settings]:
    """Settings of a user with a private Valkey of their own."""
    with a_user_of_their_own() as settings:
        yield settings


@pytest.fixture(scope="session")
def fork_place(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """The socket of the process that all processes of this run have commands forked by."""
    directory = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        directory = directory.parent
    if IS_MEASURING or len(str(directory)) > LONGEST_PLACE:
        yield ""
        return
    with forking_process(directory) as place:
        yield place


@pytest.fixture
def forked_commands(fork_place: str) -> Generator[None]:
    """Commands of this test are forked: half a second of imports less for each."""
    if not fork_place:
        yield
        return
    with forking(fork_place):
        yield
