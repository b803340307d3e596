import subprocess
from pathlib import Path

import pytest

from orchestra_core.errors import BadInput, Refused, Unavailable
from orchestra_server.git.process.run import GitFailed
from orchestra_server.git.repository import repository
from orchestra_server.git.repository.repository import Head, open_repository
from tests.support.git.repositories import (
    bare_with_worktree,
    empty_repository,
    small_repository,
)


def test_a_repository_is_found_from_a_directory_below_its_top(tmp_path: Path) -> None:
    made = small_repository(tmp_path / "my répo ☃")
    repo = open_repository(made.path / "src")
    assert repo.top == made.path
    assert repo.common_dir == made.path / ".git"
    assert repo.head() == Head("main", made.head)


def test_a_path_may_hold_newlines(tmp_path: Path) -> None:
    made = small_repository(tmp_path / "my\nrepo\n")
    repo = open_repository(made.path / "src")
    assert (repo.top, repo.common_dir) == (made.path, made.path / ".git")


def test_a_directory_inside_the_git_directory_means_the_main_working_tree(tmp_path: Path) -> None:
    made = small_repository(tmp_path / "repo")
    assert open_repository(made.path / ".git" / "objects").top == made.path


def test_a_bare_clone_and_its_worktree_share_the_common_directory(tmp_path: Path) -> None:
    bare, worktree = bare_with_worktree(tmp_path)
    seen_bare, seen = open_repository(bare.path), open_repository(worktree.path)
    assert (seen_bare.top, seen.top) == (bare.path, worktree.path)
    assert seen_bare.common_dir == seen.common_dir == bare.path
    assert seen_bare.head().branch == seen.head().branch == "main"


def test_a_detached_head_has_no_branch(tmp_path: Path) -> None:
    made = small_repository(tmp_path / "repo")
    made.git("checkout", "--quiet", "--detach")
    assert open_repository(made.path).head() == Head("", made.head)


def test_a_tag_that_is_called_head_hides_neither_branch_nor_commit(tmp_path: Path) -> None:
    made = small_repository(tmp_path / "repo")
    made.git("update-ref", "refs/tags/HEAD", made.head)
    head = made.commit("second")
    assert open_repository(made.path).head() == Head("main", head)
    made.git("checkout", "--quiet", "--detach")
    assert open_repository(made.path).head() == Head("", head)


def test_the_error_for_a_repository_without_a_commit_gives_the_command_to_make_one(
    tmp_path: Path,
) -> None:
    made = empty_repository(tmp_path / "repo")
    with pytest.raises(Refused, match=r"has no commit yet.*git commit --allow-empty -m"):
        open_repository(made.path).head()


def test_the_given_command_makes_a_first_commit(tmp_path: Path) -> None:
    made = empty_repository(tmp_path / "repo")
    repo = open_repository(made.path)
    with pytest.raises(Refused) as refused:
        repo.head()
    command = str(refused.value).rsplit(": ", 1)[1]
    subprocess.run(command, shell=True, cwd=made.path, check=True, capture_output=True)  # noqa: S602 - what a person would paste
    assert repo.head().branch == "main"


@pytest.mark.parametrize(
    ("place", "said"), [("plain", "is not in a git repository"), ("none", "is not a directory")]
)
def test_outside_a_repository_the_error_says_what_to_do(
    tmp_path: Path, place: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    (tmp_path / "plain").mkdir()
    with pytest.raises(Unavailable, match=said) as failed:
        open_repository(tmp_path / place)
    assert "\n" not in str(failed.value)


def test_a_git_that_is_too_old_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repository, "git_version", lambda: (2, 34, 1))
    with pytest.raises(Unavailable, match=r"git 2\.34\.1 is too old; Orchestra needs git 2\.38"):
        open_repository(tmp_path)


@pytest.mark.parametrize("revision", ["main", "HEAD", "v1", "HEAD^0"])
def test_any_revision_resolves_to_its_commit(tmp_path: Path, revision: str) -> None:
    made = small_repository(tmp_path / "repo")
    made.git("tag", "-a", "v1", "-m", "annotated")
    assert open_repository(made.path).resolve(revision) == made.head


@pytest.mark.parametrize(
    "revision",
    ["nope", "", "--all", "-rf", "a b", "main:README", "\x1b[31m", "x\0y", "x\ud800", "x" * 5000],
)
def test_the_error_for_an_unknown_revision_names_it(tmp_path: Path, revision: str) -> None:
    repo = open_repository(small_repository(tmp_path / "repo").path)
    with pytest.raises(BadInput, match=r"is not a revision of .* 'git log' knows") as failed:
        repo.resolve(revision)
    assert "\n" not in str(failed.value)
    assert "\x1b" not in str(failed.value)


def test_an_error_quotes_git(tmp_path: Path) -> None:
    repo = open_repository(small_repository(tmp_path / "repo").path)
    with pytest.raises(
        GitFailed, match=r"git cat-file failed in .*: Not a valid object name gone$"
    ):
        repo.git("-c", "core.quotePath=false", "cat-file", "-p", "gone")


def test_inherited_git_variables_do_not_lead_to_another_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, other = small_repository(tmp_path / "repo"), small_repository(tmp_path / "other")
    other.commit("more")
    expected = made.head
    monkeypatch.setenv("GIT_DIR", str(other.path / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.path))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other.path / ".git" / "index"))
    assert open_repository(made.path).head().commit == expected


def test_a_worktree_without_its_git_file_is_not_mistaken_for_the_repository_around_it(
    tmp_path: Path,
) -> None:
    made = small_repository(tmp_path / "repo")
    inside = made.path / ".claude" / "worktrees" / "auth"
    inside.mkdir(parents=True)
    with pytest.raises(Unavailable, match="is no longer a git working tree"):
        repository.head_of(inside)


def test_a_checkout_that_was_marked_as_bare_is_refused_with_the_command_to_correct_it(
    tmp_path: Path,
) -> None:
    main = small_repository(tmp_path / "shop")
    main.git("config", "core.bare", "true")
    with pytest.raises(Refused, match=r"core\.bare is true .* config core\.bare false"):
        open_repository(main.path)


def test_the_cure_is_for_the_file_that_says_it_and_works(tmp_path: Path) -> None:
    main = small_repository(tmp_path / "shop")
    main.git("config", "extensions.worktreeConfig", "true")
    main.git("config", "--worktree", "core.bare", "true")
    with pytest.raises(Refused, match=r"core\.bare is true in .*/config\.worktree") as refused:
        open_repository(main.path)
    command = str(refused.value).rsplit("run: ", 1)[1]
    subprocess.run(command, shell=True, check=True, capture_output=True)  # noqa: S602 - as above
    assert open_repository(main.path).top == main.path
