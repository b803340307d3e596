"""Addresses of remotes: the same place reads the same, and nothing secret is in one."""

from pathlib import Path

import pytest

from orchestra_server.git.remotes.addresses import (
    address_of,
    noted,
    read_addresses,
    remote_at,
    shared_address,
)
from orchestra_server.git.repository.repository import open_repository
from tests.support.git.git_count import counted_git
from tests.support.git.repositories import TestRepository

HERE = Path("/nowhere/here")


@pytest.mark.parametrize(
    "url",
    [
        "git@example.org:team/shop.git",
        "example.org:team/shop",
        "ssh://git@example.org/team/shop.git",
        "ssh://git@Example.ORG:22/team/shop/",
        "https://example.org/team/shop.git",
        "https://pat:secret@example.org/team/shop?token=secret",
        "git://example.org/team/shop.git",
    ],
)
def test_all_ways_to_write_one_place_are_one_address(url: str) -> None:
    assert address_of(url, HERE) == "example.org/team/shop"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("/srv/shop.git", "/srv/shop"),
        ("/srv/shop/.git", "/srv/shop"),
        ("file:///srv/shop.git", "/srv/shop"),
        ("../shop.git", "/nowhere/shop"),
        ("ssh://example.org:2222/shop", "example.org:2222/shop"),
        ("ext::ssh -p secret shop", ""),
        ("https://example.org:no-port/shop", ""),
        ("https:///shop", ""),
        ("x" * 401, ""),
    ],
)
def test_paths_ports_and_what_cannot_be_compared(url: str, address: str) -> None:
    assert address_of(url, HERE) == address


def test_the_remote_that_the_branch_follows_comes_first_then_origin(
    repository: TestRepository,
) -> None:
    for name in ("backup", "fork", "origin"):
        repository.git("remote", "add", name, f"https://pat:secret@example.org/{name}.git")
    repo = open_repository(repository.path)
    assert list(read_addresses(repo)) == ["origin", "backup", "fork"]
    repository.git("config", "branch.main.remote", "fork")
    addresses = read_addresses(repo)
    assert list(addresses) == ["fork", "origin", "backup"]
    assert noted(addresses) == "example.org/fork\nexample.org/origin\nexample.org/backup"
    assert remote_at(addresses, "example.org/backup") == "backup"
    assert remote_at(addresses, "example.org/other") == ""


def test_a_url_that_git_writes_otherwise_is_the_one_that_git_uses(
    repository: TestRepository,
) -> None:
    repository.git("config", "url.https://example.org/.insteadOf", "work:")
    repository.git("remote", "add", "origin", "work:shop.git")
    assert read_addresses(open_repository(repository.path)) == {"origin": "example.org/shop"}


def test_the_addresses_of_a_usual_clone_take_one_process(
    repository: TestRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.git("remote", "add", "origin", "https://example.org/shop")
    repo = open_repository(repository.path)
    with counted_git(tmp_path / "trace", monkeypatch) as count:
        read_addresses(repo)
    assert len(count.commands) == 1


def test_a_user_who_wants_nothing_published_notes_nothing(repository: TestRepository) -> None:
    repository.git("remote", "add", "origin", "https://example.org/shop")
    repository.git("config", "orchestra.publish", "false")
    assert read_addresses(open_repository(repository.path)) == {}


def test_a_repository_without_a_remote_notes_nothing(repository: TestRepository) -> None:
    assert noted(read_addresses(open_repository(repository.path))) == ""


def test_the_shared_address_is_the_first_preferred_one_that_all_have() -> None:
    assert shared_address("a\nb\nc", ["c\nb", "b\nd\nc"]) == "b"
    assert shared_address("a", ["b"]) == ""
    assert shared_address("", ["", ""]) == ""
