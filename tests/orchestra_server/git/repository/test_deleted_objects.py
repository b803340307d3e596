"""Objects that git has deleted: what is whole without them, and how git's error is known."""

from pathlib import Path

import pytest

from orchestra_server.git.process.run import GitFailed, git_output
from orchestra_server.git.repository.deleted_objects import is_by_deleted_objects, is_whole
from tests.support.git.chambers import Workshop, workshop
from tests.support.git.repositories import small_repository


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return workshop(small_repository(tmp_path / "shop"))


def test_a_commit_is_whole_while_every_object_is_there_that_the_lasting_ones_lack(
    shop: Workshop,
) -> None:
    base = shop.main.head
    commit = shop.main.commit("more", {"new.py": "1\n"})
    assert is_whole(shop.repo, commit, [base])
    blob = shop.main.git("rev-parse", f"{commit}:new.py")
    (shop.main.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    assert not is_whole(shop.repo, commit, [base])
    assert is_whole(shop.repo, commit, [commit])


def test_what_git_says_of_a_deleted_object_is_known(shop: Workshop) -> None:
    gone = "1" * 40
    shop.main.write("staged.py", "1\n")
    shop.main.git("add", "staged.py")
    staged = shop.main.git("rev-parse", ":staged.py")
    (shop.main.path / ".git" / "objects" / staged[:2] / staged[2:]).unlink()
    for words in (
        ("write-tree",),
        ("read-tree", gone),
        ("merge-tree", "--write-tree", gone, shop.main.head),
        ("diff-tree", "-r", shop.main.head, gone),
        ("ls-tree", gone),
        ("rev-list", gone),
        ("cat-file", "-p", gone),
        ("log", gone),
    ):
        with pytest.raises(GitFailed) as failed:
            git_output(shop.main.path, *words)
        assert is_by_deleted_objects(failed.value), words
    assert not is_by_deleted_objects(GitFailed("git commit-tree failed in /shop: gpg failed"))
