"""Every test here has git to itself: no settings of the machine, one fixed identity."""

from pathlib import Path

import pytest

from tests.support.git.chambers import Workshop, workshop
from tests.support.git.repositories import PLAIN_GIT, with_submodule


@pytest.fixture(autouse=True)
def plain_git(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in PLAIN_GIT.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def submodule_shop(tmp_path: Path) -> Workshop:
    """A repository with a submodule `libs/maths`, which has a submodule `inner` of its own."""
    return workshop(with_submodule(tmp_path / "räume"))
