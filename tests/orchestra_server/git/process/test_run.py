from pathlib import Path

import pytest

from orchestra_server.git.process import run
from orchestra_server.git.process.plain_git import GitResult
from orchestra_server.git.process.run import (
    GitFailed,
    git_output,
    git_output_prefix,
    run_git,
)
from tests.support.git.repositories import TestRepository, small_repository


@pytest.fixture
def repository(tmp_path: Path) -> TestRepository:
    return small_repository(tmp_path / "repo")


def test_a_result_has_status_and_both_outputs(repository: TestRepository) -> None:
    assert run_git(repository.path, "rev-parse", "HEAD") == GitResult(0, f"{repository.head}\n", "")
    assert run_git(repository.path, "rev-parse", "--verify", "nothing").status == 128


def test_a_text_is_passed_as_standard_input(repository: TestRepository) -> None:
    blob = run_git(repository.path, "hash-object", "-w", "--stdin", stdin="añb").out.strip()
    assert git_output(repository.path, "cat-file", "blob", blob) == "añb"


def test_a_failed_command_is_named_with_its_directory(repository: TestRepository) -> None:
    with pytest.raises(GitFailed, match=rf"^git rev-parse failed in {repository.path}: "):
        git_output(repository.path, "-c", "core.quotePath=false", "rev-parse", "nothing")


def test_a_directory_without_a_git_file_does_not_lead_to_the_repository_above(
    repository: TestRepository,
) -> None:
    below = repository.path / "below"
    below.mkdir()
    with pytest.raises(GitFailed, match="not a git repository"):
        git_output(below, "rev-parse", "HEAD")


def test_inherited_variables_are_dropped_unless_the_caller_sets_them(
    repository: TestRepository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "inherited"))
    assert git_output(repository.path, "ls-files").split() == ["README", "src/app.py"]
    own = {"GIT_INDEX_FILE": str(tmp_path / "own")}
    assert git_output(repository.path, "ls-files", env=own) == ""


def test_an_output_over_the_limit_is_cut(repository: TestRepository) -> None:
    assert git_output_prefix(repository.path, "cat-file", "blob", "HEAD:README", limit=3) == (
        "hel", True,
    )  # fmt: skip
    assert git_output_prefix(repository.path, "cat-file", "blob", "HEAD:README", limit=6) == (
        "hello\n", False,
    )  # fmt: skip


def test_a_failed_command_with_a_limit_is_an_error(repository: TestRepository) -> None:
    with pytest.raises(GitFailed, match=r"^git cat-file failed in .* with status 128$"):
        git_output_prefix(repository.path, "cat-file", "blob", "HEAD:nothing", limit=9)


@pytest.fixture
def half_made(repository: TestRepository) -> Path:
    """Return the file that git has made and not written yet, of a worktree that it adds."""
    repository.git("worktree", "add", "--quiet", str(repository.path.with_name("other")))
    file = repository.path / ".git" / "worktrees" / "other" / "commondir"
    file.write_text("")
    return file


@pytest.mark.parametrize("command", [("worktree", "list"), ("rev-list", "--all"), ("branch",)])
def test_git_is_asked_again_when_it_met_a_worktree_that_is_being_added(
    repository: TestRepository,
    half_made: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
) -> None:
    pauses = list[float]()

    def go_on(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) > 1:
            half_made.write_text("../..\n")

    monkeypatch.setattr(run, "sleep", go_on)
    assert git_output(repository.path, *command)
    assert len(pauses) > 1


def test_a_worktree_that_stays_half_made_is_named_with_what_to_write(
    repository: TestRepository, half_made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    def at_once(_seconds: float) -> None:
        """Wait for nothing: nobody goes on with the worktree."""

    monkeypatch.setattr(run, "sleep", at_once)
    cure = r"cut off while it added that worktree.*: echo \.\./\.\. > '.*/other/commondir'$"
    with pytest.raises(GitFailed, match=cure):
        git_output(repository.path, "worktree", "list")
    half_made.write_text("../..\n")
    assert git_output(repository.path, "worktree", "list")
