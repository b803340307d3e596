"""Addresses that are remembered: git is asked again when, and only when, they may differ."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestra_server.git.remotes.remembered_addresses import RememberedAddresses
from orchestra_server.git.repository.repository import Repository, open_repository
from tests.support.git.git_count import GitCount, counted_git
from tests.support.git.repositories import TestRepository


@pytest.fixture
def repo(repository: TestRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "global"))
    repository.git("remote", "add", "origin", "https://example.org/shop")
    return open_repository(repository.path)


@pytest.fixture
def count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitCount]:
    with counted_git(tmp_path / "trace", monkeypatch) as counted:
        yield counted


@pytest.fixture
def remembered(repo: Repository, count: GitCount) -> RememberedAddresses:
    """Return addresses that were asked for until git had told where they come from."""
    addresses = RememberedAddresses()
    for _ in range(2):
        assert addresses.read(repo) == {"origin": "example.org/shop"}
    count.forget()
    return addresses


def test_no_process_is_started_while_no_configuration_changes(
    remembered: RememberedAddresses, repo: Repository, count: GitCount
) -> None:
    for _ in range(3):
        assert remembered.read(repo) == {"origin": "example.org/shop"}
    assert count.commands == []


def test_another_remote_and_another_branch_are_noticed(
    remembered: RememberedAddresses, repo: Repository, repository: TestRepository
) -> None:
    repository.git("remote", "add", "fork", "https://example.org/fork")
    assert list(remembered.read(repo)) == ["origin", "fork"]
    repository.git("config", "branch.topic.remote", "fork")
    assert list(remembered.read(repo)) == ["origin", "fork"]
    repository.git("switch", "--quiet", "-c", "topic")
    assert list(remembered.read(repo)) == ["fork", "origin"]


def test_a_configuration_of_the_user_is_noticed_when_it_comes(
    remembered: RememberedAddresses, repo: Repository, tmp_path: Path
) -> None:
    (tmp_path / "global").write_text('[remote "mine"]\n\turl = https://example.org/mine\n')
    assert sorted(remembered.read(repo)) == ["mine", "origin"]


def test_a_change_in_an_included_file_is_noticed(
    remembered: RememberedAddresses, repo: Repository, repository: TestRepository, tmp_path: Path
) -> None:
    included = tmp_path / "included"
    included.write_text("[orchestra]\n\tpublish = true\n")
    repository.git("config", "include.path", str(included))
    for _ in range(2):
        assert remembered.read(repo) == {"origin": "example.org/shop"}
    included.write_text("[orchestra]\n\tpublish = false\n")
    assert remembered.read(repo) == {}


def test_the_addresses_of_another_repository_are_its_own(
    remembered: RememberedAddresses, repo: Repository, tmp_path: Path
) -> None:
    elsewhere = Repository(tmp_path, tmp_path / ".git")
    assert remembered.read(elsewhere) == {}
    assert remembered.read(repo) == {"origin": "example.org/shop"}
