"""Every test here has git to itself: no settings of the machine, one fixed identity."""

import pytest

from tests.support.repositories import PLAIN_GIT


@pytest.fixture(autouse=True)
def plain_git(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in PLAIN_GIT.items():
        monkeypatch.setenv(name, value)
