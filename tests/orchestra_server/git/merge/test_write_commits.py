"""Commits written through one process are those that commit-tree would make."""

import tempfile
from pathlib import Path

import pytest

from orchestra_server.git.merge.write_commits import commit_writer
from orchestra_server.git.process.run import GitFailed
from tests.support.git.chambers import Workshop, workshop
from tests.support.git.git_count import counted_git
from tests.support.git.repositories import small_repository

MESSAGE = "Merge chamber auth\n\nAdd a löogin\n"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_DATE", "2026-11-27T12:00:00+0530")
    return workshop(small_repository(tmp_path / "shop"))


def commit_tree(shop: Workshop, message: str) -> str:
    main = shop.main
    return main.git("commit-tree", f"{main.head}^{{tree}}", "-p", main.head, "-m", message.strip())


def write(shop: Workshop, *messages: str) -> list[str]:
    main = shop.main
    tree = main.git("rev-parse", "HEAD^{tree}")
    with commit_writer(shop.repo, trial=False) as commits:
        return [commits.name(tree, [main.head], message) for message in messages]


def test_many_commits_are_those_of_commit_tree_and_take_one_process(
    shop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = [f"{MESSAGE}{number}\n" for number in range(3)]
    expected = [commit_tree(shop, message) for message in messages]
    with counted_git(tmp_path / "trace", monkeypatch) as count:
        commits = write(shop, *messages)
        assert count.commands.count("unpack-objects") == 1
        assert "commit-tree" not in count.commands
    assert commits == expected
    shop.main.git("fsck", "--strict", "--no-dangling")


def test_the_commits_are_whole_before_the_writer_is_closed(shop: Workshop) -> None:
    main = shop.main
    tree = main.git("rev-parse", "HEAD^{tree}")
    with commit_writer(shop.repo, trial=True) as commits:
        first = commits.write(tree, [main.head], MESSAGE)
        assert main.git("log", "-1", "--format=%an <%ae>|%s", first) == (
            "Orchestra <orchestra@localhost>|Merge chamber auth"
        )
        second = commits.write(tree, [main.head, first], MESSAGE)
    assert main.git("log", "-1", "--format=%P", second).split() == [main.head, first]


def test_named_commits_are_written_at_the_end_and_those_of_git_find_their_parents(
    shop: Workshop,
) -> None:
    main = shop.main
    tree = main.git("rev-parse", "HEAD^{tree}")
    with commit_writer(shop.repo, trial=True) as commits:
        first = commits.name(tree, [main.head], MESSAGE)
        second = commits.name(tree, [first], "a message that git has to mend: \udce1")
        third = commits.name(tree, [second], MESSAGE)
    assert main.git("rev-list", "--count", f"{main.head}..{third}") == "3"
    main.git("fsck", "--strict", "--no-dangling")


def test_a_name_that_is_not_utf8_is_mended_by_git(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Ad\udce1 Tester")
    [commit] = write(shop, MESSAGE)
    assert shop.main.git("log", "-1", "--format=%an", commit) == "Adá Tester"


def test_a_scratch_directory_may_have_any_name(
    shop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = tmp_path / 'a "b"\n\\c é'
    odd.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(odd))
    assert write(shop, MESSAGE) == [commit_tree(shop, MESSAGE)]
    assert list(odd.iterdir()) == []


def test_a_commit_that_git_refuses_is_an_error_of_one_line(shop: Workshop) -> None:
    with (
        commit_writer(shop.repo, trial=False) as commits,
        pytest.raises(GitFailed, match=r"^git commit-tree failed in .*: .+$"),
    ):
        commits.write("no-tree", [shop.main.head], MESSAGE)
