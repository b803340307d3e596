"""All worktrees of a clone share one stash: an entry says on which branch it was made."""

from pathlib import Path

import pytest

from orchestra_server.git.repository.stashes import (
    Stash,
    describe_stashes,
    list_stashes,
    stashes_made_on,
)
from tests.support.git.chambers import Workshop, workshop
from tests.support.git.repositories import TestRepository

AUTH = "orchestra/t-1/auth"


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return workshop(tmp_path / "shop")


def stash(worktree: TestRepository, *message: str) -> None:
    worktree.write("half.py", "half\n")
    worktree.git("stash", "push", "--include-untracked", "--quiet", *message)


def test_a_clone_that_never_stashed_has_no_entries(shop: Workshop) -> None:
    assert list_stashes(shop.repo) == []


def test_the_entries_of_all_worktrees_are_listed_newest_first(shop: Workshop) -> None:
    [auth] = shop.open("auth")
    stash(shop.main)
    stash(auth, "-m", "half: a login")
    newest, oldest = list_stashes(shop.repo)
    assert newest == Stash(
        "stash@{0}",
        shop.main.git("rev-parse", "stash@{0}"),
        auth.head,
        AUTH,
        f"On {AUTH}: half: a login",
    )
    assert (oldest.name, oldest.branch) == ("stash@{1}", shop.main.git("branch", "--show-current"))


def test_an_entry_belongs_to_the_branch_that_it_was_made_on(shop: Workshop) -> None:
    auth, api = shop.open("auth", "api")
    base = shop.main.head
    stash(api)
    stash(auth)
    newest, oldest = stashes = list_stashes(shop.repo)
    assert stashes_made_on(shop.repo, stashes, {AUTH}, base, auth.head) == [newest]
    assert stashes_made_on(shop.repo, stashes, {"orchestra/t-1/api"}, base, api.head) == [oldest]


def test_an_entry_made_detached_belongs_to_the_chamber_whose_commit_it_was_made_at(
    shop: Workshop,
) -> None:
    auth, api = shop.open("auth", "api")
    base = shop.main.head
    auth.commit("tokens", {"auth.py": "tokens\n"})
    auth.git("checkout", "--quiet", "--detach")
    stash(auth)
    stashes = list_stashes(shop.repo)
    assert [entry.branch for entry in stashes] == [""]
    assert stashes_made_on(shop.repo, stashes, {AUTH}, base, auth.head) == stashes
    assert stashes_made_on(shop.repo, stashes, set(), base, api.head) == []
    assert stashes_made_on(shop.repo, stashes, {AUTH}, "", auth.head) == []


def test_an_entry_that_somebody_stored_under_other_words_belongs_to_no_branch(
    shop: Workshop,
) -> None:
    [auth] = shop.open("auth")
    auth.write("README", "half\n")
    shop.main.git("stash", "store", "-m", "mine", auth.git("stash", "create"))
    [entry] = list_stashes(shop.repo)
    assert (entry.branch, entry.subject) == ("", "mine")
    assert entry.parent == auth.head


def test_the_words_name_each_entry_and_the_command_that_brings_it_back() -> None:
    entry = Stash("stash@{2}", "0123456789abcdef", "", AUTH, f"On {AUTH}: half")
    assert describe_stashes([]) == ""
    assert describe_stashes([entry]) == (
        f"it left stash@{{2}} in git's stash, which stays there (On {AUTH}: half); "
        "bring it back with: git stash apply 0123456789ab"
    )
    assert describe_stashes([entry, entry]).count("; it left ") == 1
