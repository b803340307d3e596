from pathlib import Path

import pytest

from orchestra_server.domain.tasks.unintended_files import Limits
from orchestra_server.git.merge.added_files import (
    AddedEntries,
    added_entries,
    files_with_keys,
    present_folders,
    read_limits,
)
from tests.support.git.chambers import Workshop, workshop
from tests.support.git.git_count import counted_git
from tests.support.git.repositories import small_repository


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return workshop(small_repository(tmp_path / "shop", {"src/app.py": "1\n"}))


def test_only_new_files_are_listed_with_their_sizes(shop: Workshop) -> None:
    old = shop.main.head
    new = shop.main.commit("more", {"src/app.py": "changed\n", "größe.txt": "12345", "a b": "1"})
    assert added_entries(shop.repo, old, new) == AddedEntries({"größe.txt": 5, "a b": 1})


def test_without_new_files_the_list_is_empty(shop: Workshop) -> None:
    assert added_entries(shop.repo, shop.main.head, shop.main.head) == AddedEntries()


def test_new_links_are_listed_with_what_they_say(shop: Workshop) -> None:
    old = shop.main.head
    (shop.main.path / "up").symlink_to("../../größe")
    (shop.main.path / "fixed").symlink_to("/etc/passwd")
    (shop.main.path / "src/app.py").unlink()
    (shop.main.path / "src/app.py").symlink_to("other.py")  # one that was a file
    links = {"fixed": "/etc/passwd", "src/app.py": "other.py", "up": "../../größe"}
    assert added_entries(shop.repo, old, shop.main.commit("links")) == AddedEntries(links=links)


def test_a_new_repository_is_listed_unless_a_submodule_is_configured_there(
    shop: Workshop, tmp_path: Path
) -> None:
    old, vendor = shop.main.head, small_repository(tmp_path / "vendor").path
    shop.main.git(
        "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(vendor), "meant"
    )
    shop.main.git("clone", "-q", str(vendor), "stray")
    shop.main.git("-c", "advice.addEmbeddedRepo=false", "add", "stray")
    new = shop.main.commit("both")
    assert added_entries(shop.repo, old, new).repositories == ("stray",)


def test_the_folders_of_a_commit_are_listed_at_every_depth(shop: Workshop) -> None:
    head = shop.main.commit("deep", {"a/b/c": "1"})
    assert present_folders(shop.repo, head) == {"src", "a", "a/b"}


def test_a_file_that_contains_a_key_is_found(shop: Workshop) -> None:
    key = "AKIA" + "Q" * 16
    added = {"conf.py": f"KEY = '{key}'\n", "plain.py": "x = 1\n", "big.py": key}
    head = shop.main.commit("more", added)
    sizes = {"conf.py": 30, "plain.py": 6, "big.py": 10_000_000}
    assert set(files_with_keys(shop.repo, head, sizes)) == {"conf.py"}


def test_the_limits_are_read_from_the_persons_git_configuration(shop: Workshop) -> None:
    assert read_limits(shop.repo) == Limits()
    shop.main.git("config", "orchestra.largeFile", "20m")
    shop.main.git("config", "orchestra.manyFiles", "7")
    assert read_limits(shop.repo) == Limits(large=20 * 1024 * 1024, many=7)


def test_a_limit_that_is_not_a_number_leaves_the_other_as_it_is_set(shop: Workshop) -> None:
    shop.main.git("config", "orchestra.largeFile", "much")
    shop.main.git("config", "--add", "orchestra.manyFiles", "7")
    shop.main.git("config", "--add", "orchestra.manyFiles", "8")
    assert read_limits(shop.repo) == Limits(many=8)


def test_the_limits_are_read_by_one_git_process(
    shop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with counted_git(tmp_path / "trace", monkeypatch) as count:
        read_limits(shop.repo)
        assert count.commands == ["config"]
