"""Branches stand where git says, whether it is asked or a file of its own is read."""

from pathlib import Path

import pytest

from orchestra_server.git.repository.branch_tips import branch_tips, missing_branches
from orchestra_server.git.repository.repository import open_repository
from tests.support.git.chambers import TASK, Workshop, workshop
from tests.support.git.git_count import counted_git
from tests.support.git.repositories import small_repository

AUTH, API = f"orchestra/{TASK}/auth", f"orchestra/{TASK}/api"


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return workshop(tmp_path / "shop")


def test_only_branches_that_do_not_exist_are_missing(shop: Workshop) -> None:
    shop.open("auth")
    assert missing_branches(shop.repo, []) == set()
    assert missing_branches(shop.repo, [AUTH, "gone"]) == {"gone"}


def test_the_tips_of_branches_in_files_of_their_own_take_no_process(
    shop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    auth, api = shop.open("auth", "api")
    auth.commit("work", {"auth.txt": "new\n"})
    with counted_git(tmp_path / "trace", monkeypatch) as count:
        tips = branch_tips(shop.repo, [AUTH, API, "main"])
        assert count.commands == []
    assert tips == {AUTH: auth.head, API: api.head, "main": shop.main.head}


def test_packed_branches_are_found_and_a_later_commit_outranks_the_packed_one(
    shop: Workshop,
) -> None:
    auth, api = shop.open("auth", "api")
    shop.main.git("pack-refs", "--all")
    auth.commit("work", {"auth.txt": "new\n"})
    assert branch_tips(shop.repo, [AUTH, API, "gone"]) == {AUTH: auth.head, API: api.head}
    assert missing_branches(shop.repo, [AUTH, API, "gone"]) == {"gone"}


def test_a_branch_that_names_another_one_stands_where_that_does(shop: Workshop) -> None:
    shop.main.git("symbolic-ref", "refs/heads/other", "refs/heads/main")
    assert branch_tips(shop.repo, ["other"]) == {"other": shop.main.head}


def test_a_name_that_only_leads_to_other_files_of_git_is_no_branch(shop: Workshop) -> None:
    (shop.repo.common_dir / "refs/heads/broken").write_text("no commit\n")
    assert missing_branches(shop.repo, ["../../HEAD", "orchestra"]) == {"../../HEAD", "orchestra"}


def test_a_branch_is_found_from_a_worktree_and_with_sha256(tmp_path: Path) -> None:
    plain = small_repository(tmp_path / "plain")
    plain.git("init", "--quiet", "--object-format=sha256", "-b", "main", str(tmp_path / "long"))
    long = type(plain)(tmp_path / "long")
    long.commit("first", {"README": "hello\n"})
    long.git("worktree", "add", "--quiet", "-b", "aside", str(tmp_path / "aside"))
    repo = open_repository(tmp_path / "aside")
    assert branch_tips(repo, ["main", "aside"]) == {"main": long.head, "aside": long.head}
