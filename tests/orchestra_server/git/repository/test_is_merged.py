"""A commit is merged when all of its work is there: deleting its branch would lose nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest

from orchestra_server.git.process.plain_git import GitResult
from orchestra_server.git.repository import repository
from orchestra_server.git.repository.is_merged import is_ancestor, is_merged
from orchestra_server.git.repository.repository import open_repository
from tests.support.git.repositories import TestRepository, small_repository


@pytest.fixture
def made(tmp_path: Path) -> TestRepository:
    """A repository on `work`, which stands at `main`."""
    made = small_repository(tmp_path / "repo")
    made.git("checkout", "--quiet", "-b", "work")
    return made


def on_main(made: TestRepository, act: Callable[[], object]) -> None:
    made.git("checkout", "--quiet", "main")
    act()
    made.git("checkout", "--quiet", "work")


def picked(made: TestRepository, *commits: str) -> None:
    """Copy commits to main, where one of its own makes them other commits."""
    on_main(made, lambda: (made.commit("meanwhile", {"main.txt": ""}), *_picks(made, commits)))


def _picks(made: TestRepository, commits: tuple[str, ...]) -> list[str]:
    return [made.git("cherry-pick", commit) for commit in commits]


def changed_again(made: TestRepository, *names: str) -> None:
    """Change files on main, so that merging would not give what main has."""
    on_main(made, lambda: made.commit("again", dict.fromkeys(names, "main went on\n")))


def merged(made: TestRepository) -> bool:
    return is_merged(open_repository(made.path), "work", "main")


def test_a_commit_is_an_ancestor_of_itself_and_of_its_descendants(made: TestRepository) -> None:
    work = made.commit("work", {"new.txt": "new\n"})
    repo = open_repository(made.path)
    assert is_ancestor(repo, work, work)
    assert is_ancestor(repo, "main", work)
    assert not is_ancestor(repo, work, "main")


def test_work_is_merged_once_its_commit_is_an_ancestor(made: TestRepository) -> None:
    made.commit("work", {"new.txt": "new\n"})
    assert not merged(made)
    on_main(made, lambda: made.git("merge", "--quiet", "--no-ff", "--no-edit", "work"))
    assert merged(made)


def test_a_branch_without_commits_of_its_own_is_merged(made: TestRepository) -> None:
    assert merged(made)


def test_work_is_merged_when_merging_it_would_change_nothing(made: TestRepository) -> None:
    made.commit("one", {"one.txt": "1\n"})
    made.commit("two", {"two.txt": "2\n"})
    on_main(
        made, lambda: made.commit("both and more", {"one.txt": "1\n", "two.txt": "2\n", "3": ""})
    )
    assert merged(made)


def test_rebased_commits_are_merged_although_main_went_on(made: TestRepository) -> None:
    first_commit = made.commit("one", {"one.txt": "1\n"})
    second_commit = made.commit("two", {"two.txt": "2\n"})
    picked(made, first_commit, second_commit)
    changed_again(made, "one.txt", "two.txt")
    assert merged(made)


def test_work_of_which_one_commit_was_not_rebased_is_not_merged(made: TestRepository) -> None:
    picked_commit = made.commit("one", {"one.txt": "1\n"})
    made.commit("two", {"two.txt": "2\n"})
    picked(made, picked_commit)
    changed_again(made, "one.txt")
    assert not merged(made)


def test_squashed_commits_are_merged_although_main_went_on(made: TestRepository) -> None:
    made.commit("one", {"one.txt": "1\n"})
    made.commit("two", {"two.txt": "2\n"})
    on_main(made, lambda: (made.git("merge", "--quiet", "--squash", "work"), made.commit("all")))
    changed_again(made, "one.txt", "two.txt")
    assert merged(made)


def test_a_commit_added_after_the_squash_is_not_merged(made: TestRepository) -> None:
    made.commit("one", {"one.txt": "1\n"})
    on_main(made, lambda: (made.git("merge", "--quiet", "--squash", "work"), made.commit("all")))
    made.commit("two", {"two.txt": "2\n"})
    changed_again(made, "one.txt")
    assert not merged(made)


def test_a_commit_amended_after_it_was_rebased_is_not_merged(made: TestRepository) -> None:
    picked_commit = made.commit("one", {"one.txt": "1\n"})
    picked(made, picked_commit)
    made.write("more.txt", "more\n")
    made.git("add", "--all")
    made.git("commit", "--quiet", "--amend", "--no-edit")
    changed_again(made, "one.txt")
    assert not merged(made)


def test_a_commit_whose_message_alone_was_amended_is_merged(made: TestRepository) -> None:
    picked_commit = made.commit("one", {"one.txt": "1\n"})
    picked(made, picked_commit)
    made.git("commit", "--quiet", "--amend", "-m", "the same, said better")
    changed_again(made, "one.txt")
    assert merged(made)


def test_commits_that_undo_each_other_are_not_merged(made: TestRepository) -> None:
    made.commit("one", {"one.txt": "1\n"})
    made.git("revert", "--no-edit", "HEAD")
    on_main(made, lambda: made.commit("meanwhile", {"main.txt": ""}))
    assert not merged(made)


def test_work_without_a_common_ancestor_is_not_merged(made: TestRepository) -> None:
    made.git("checkout", "--quiet", "--orphan", "other")
    made.commit("other root")
    repo = open_repository(made.path)
    assert not is_merged(repo, "other", "main")


@pytest.mark.parametrize("others", [["side"], ["side", "third"]], ids=["merge", "octopus"])
def test_a_merge_that_holds_work_of_its_own_is_not_merged_with_the_commits_below_it(
    made: TestRepository, others: list[str]
) -> None:
    below = [made.commit("mine", {"mine.txt": "mine\n"})]
    for other in others:
        made.git("checkout", "--quiet", "-b", other, "main")
        below.append(made.commit(other, {f"{other}.txt": "other\n"}))
        made.git("checkout", "--quiet", "work")
    made.git("merge", "--quiet", "--no-commit", *others)
    made.commit("merge with work of its own", {"resolved.txt": "only here\n"})
    assert len(made.git("rev-list", "--parents", "-1", "HEAD").split()) == 2 + len(others)
    picked(made, *below)
    changed_again(made, "mine.txt")
    assert not merged(made)


def test_work_that_is_on_main_with_other_indentation_is_not_merged(made: TestRepository) -> None:
    made.commit("indented", {"f.py": "if ready:\n    start()\n    stop()\n"})
    on_main(made, lambda: made.commit("same words", {"f.py": "if ready:\n    start()\nstop()\n"}))
    changed_again(made, "f.py")
    assert not merged(made)


def test_squashed_work_that_is_on_main_with_other_indentation_is_not_merged(
    made: TestRepository,
) -> None:
    made.commit("one", {"f.py": "if ready:\n    start()\n"})
    made.commit("two", {"f.py": "if ready:\n    start()\n    stop()\n"})
    on_main(made, lambda: made.commit("same words", {"f.py": "if ready:\n    start()\nstop()\n"}))
    changed_again(made, "f.py")
    assert not merged(made)


def test_rebased_work_is_merged_even_if_its_lines_have_moved_in_the_file(
    made: TestRepository,
) -> None:
    lines = [f"{number}\n" for number in range(20)]
    on_main(made, lambda: made.commit("many lines", {"f.txt": "".join(lines)}))
    made.git("reset", "--quiet", "--hard", "main")
    work = made.commit("work", {"f.txt": "".join([*lines[:15], "work\n", *lines[15:]])})
    picked(made)
    on_main(made, lambda: made.commit("above", {"f.txt": "".join(["above\n", *lines])}))
    on_main(made, lambda: made.git("cherry-pick", work))
    on_main(made, lambda: made.commit("again", {"f.txt": "main went on\n"}))
    assert merged(made)


def test_a_killed_git_process_is_no_proof_of_ancestry(
    made: TestRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = open_repository(made.path)

    def killed(*_args: object, **_options: object) -> GitResult:
        return GitResult(-9, "", "")

    monkeypatch.setattr(repository, "run_git", killed)
    assert not is_ancestor(repo, "work", "main")


@pytest.mark.parametrize("content", [f"{number}\n" for number in range(8)])
def test_work_that_would_merge_cleanly_and_has_not_been_merged_is_not_merged(
    made: TestRepository, content: str
) -> None:
    made.commit("work", {"new.txt": content})
    on_main(made, lambda: made.commit("meanwhile", {"main.txt": ""}))
    assert not merged(made)


def an_empty_commit(made: TestRepository) -> str:
    made.git("commit", "--quiet", "--allow-empty", "--message", "run the checks")
    return made.head


def test_an_empty_commit_on_both_sides_does_not_make_other_work_merged(
    made: TestRepository,
) -> None:
    made.commit("only here", {"mine.txt": "mine\n"})
    an_empty_commit(made)
    on_main(made, lambda: an_empty_commit(made))
    assert not merged(made)


def test_an_empty_commit_on_both_sides_does_not_stand_for_a_merge_with_work_of_its_own(
    made: TestRepository,
) -> None:
    mine = made.commit("mine", {"mine.txt": "mine\n"})
    an_empty_commit(made)
    made.git("checkout", "--quiet", "-b", "side", "main")
    side = made.commit("side", {"side.txt": "other\n"})
    made.git("checkout", "--quiet", "work")
    made.git("merge", "--quiet", "--no-commit", "side")
    made.commit("merge with work of its own", {"resolved.txt": "only here\n"})
    picked(made, mine, side)
    on_main(made, lambda: an_empty_commit(made))
    changed_again(made, "mine.txt")
    assert not merged(made)


def test_rebased_commits_with_an_empty_one_among_them_are_merged(made: TestRepository) -> None:
    commits = [made.commit("one", {"one.txt": "1\n"}), made.commit("two", {"two.txt": "2\n"})]
    an_empty_commit(made)
    picked(made, *commits)
    on_main(made, lambda: an_empty_commit(made))
    changed_again(made, "one.txt", "two.txt")
    assert merged(made)
