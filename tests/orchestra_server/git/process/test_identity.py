"""In whose name commits are made, and whether they are signed."""

from pathlib import Path

import pytest

from orchestra_core.errors import Refused
from orchestra_server.git.process.identity import require_identity, signing_option
from tests.support.git.repositories import TestRepository, small_repository


@pytest.fixture
def made(tmp_path: Path) -> TestRepository:
    return small_repository(tmp_path / "repo")


def test_an_identity_in_the_environment_suffices(made: TestRepository) -> None:
    require_identity(made.path)


@pytest.mark.parametrize("who", ["AUTHOR", "COMMITTER"])
def test_an_identity_without_name_or_email_is_refused_with_the_commands_to_set_it(
    made: TestRepository, who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"GIT_{who}_NAME", "")
    with pytest.raises(Refused, match=r"user\.name 'Your Name' and .*user\.email you@example\.org"):
        require_identity(made.path)


@pytest.mark.parametrize(
    ("value", "option"), [("true", ("--gpg-sign",)), ("on", ("--gpg-sign",)), ("false", ())]
)
def test_commits_made_by_plumbing_commands_are_signed_like_others(
    made: TestRepository, value: str, option: tuple[str, ...]
) -> None:
    made.git("config", "commit.gpgSign", value)
    assert signing_option(made.path) == option


def test_nothing_is_signed_by_default(made: TestRepository) -> None:
    assert signing_option(made.path) == ()
