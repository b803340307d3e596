from pathlib import Path

import pytest

from orchestra_server.files.hook.bash.write_scope import Write, WriteScope
from orchestra_server.files.hook.bash_guard import denial, git_aliases, guard_bash, parse_aliases
from orchestra_server.files.hook.find_reader import Reader
from tests.support.git.repositories import small_repository


@pytest.fixture
def worker(tmp_path: Path) -> Reader:
    root = tmp_path / ".claude" / "worktrees" / "auth"
    root.mkdir(parents=True)
    (root / ".git").write_text(f"gitdir: {tmp_path}/.git/worktrees/auth\n")
    return Reader({"root": str(root), "chamber": "auth", "main": str(tmp_path)}, {})


def reason_for(worker: Reader, command: str, capsys: pytest.CaptureFixture[str]) -> str:
    guard_bash(worker, {"cwd": worker.root, "tool_input": {"command": command}})
    return capsys.readouterr().out


def test_a_write_into_the_main_checkout_is_denied_with_both_paths(
    worker: Reader, capsys: pytest.CaptureFixture[str]
) -> None:
    reason = reason_for(worker, "echo x | tee ../../../src/a.py", capsys)
    assert f"tee would change {worker.main}/src/a.py, which is in the main checkout" in reason
    assert f"Use {worker.root}/src/a.py instead." in reason


def test_git_in_the_main_checkout_is_sent_back_to_the_chamber(
    worker: Reader, capsys: pytest.CaptureFixture[str]
) -> None:
    reason = reason_for(worker, "cd ../../.. && git commit -m x", capsys)
    assert f"git commit would change {worker.main}, which is the main checkout" in reason
    assert f"Use {worker.root} instead." in reason


def test_a_stash_command_is_denied_with_an_alternative(
    worker: Reader, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "Commit on your own branch instead (chamber auth;" in reason_for(
        worker, "git stash", capsys
    )


def test_a_removal_of_orchestras_files_is_denied(
    worker: Reader, capsys: pytest.CaptureFixture[str]
) -> None:
    reason = reason_for(worker, "rm -rf .claude/hooks", capsys)
    assert "by which Orchestra reaches you in chamber auth. Leave it as it is." in reason


def test_waiting_mail_leaves_the_denial_to_the_mail(
    worker: Reader, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(worker.root, ".INTERRUPT").write_text("stop")
    assert reason_for(worker, "git stash", capsys) == ""


def test_what_passes_and_what_has_no_command_is_answered_with_nothing(
    worker: Reader, capsys: pytest.CaptureFixture[str]
) -> None:
    assert reason_for(worker, "echo x > a.txt", capsys) == ""
    guard_bash(worker, {"tool_input": {"file_path": "/x"}})
    assert capsys.readouterr().out == ""


def test_a_path_in_a_reason_is_one_line_and_shows_what_is_unknown() -> None:
    scope = WriteScope("/m/.claude/worktrees/auth", "/m", "/m/.git", "/m/.git/worktrees/auth")
    reason = denial(Write("rm", "/m/a\nb/\x01", removes=True), "auth", scope)
    assert "rm would remove /m/a b/…, which is in the main checkout" in reason


def test_every_shared_thing_has_its_sentence(
    worker: Reader, capsys: pytest.CaptureFixture[str]
) -> None:
    for command, words in (
        ("git worktree prune", "changes the worktrees of the repository"),
        ("git update-ref refs/heads/main HEAD", "moves a ref that is not chamber auth's own"),
        ("git branch -D main", "changes a branch that is not chamber auth's own"),
        ("git config core.bare true", "git -c NAME=VALUE"),
    ):
        assert words in reason_for(worker, command, capsys)


def test_git_is_asked_for_its_aliases(tmp_path: Path) -> None:
    repository = small_repository(tmp_path / "shop", {"a": "1"})
    repository.git("config", "alias.keep", "stash push")
    assert git_aliases(str(repository.path))["keep"] == "stash push"
    assert git_aliases(str(tmp_path / "nowhere")) == {}


def test_aliases_are_read_from_gits_lines() -> None:
    assert parse_aliases("alias.st stash\nother.x stash\nalias.e\n") == {"st": "stash", "e": ""}
