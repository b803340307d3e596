import errno
import os
import shutil
from pathlib import Path

import pytest

from orchestra_core.errors import Refused, Unavailable
from orchestra_server.git.snapshot.commit import commit_uncommitted_work
from tests.support.git.chambers import workshop
from tests.support.git.repositories import TestRepository, run_git


@pytest.fixture
def chamber(tmp_path: Path) -> TestRepository:
    [made] = workshop(tmp_path / "répo").open("auth")
    return made


def test_a_commit_asks_no_file_monitor(chamber: TestRepository, tmp_path: Path) -> None:
    asked, monitor = tmp_path / "asked", tmp_path / "monitor"
    monitor.write_text(f"#!/bin/sh\ntouch '{asked}'\n", encoding="utf-8")
    monitor.chmod(0o755)
    chamber.write("README", "changed\n")
    run_git(chamber.path, "config", "core.fsmonitor", str(monitor))
    commit_uncommitted_work(chamber.path, "Add login")
    assert not asked.exists()


def test_all_changes_are_committed_including_untracked_files(chamber: TestRepository) -> None:
    chamber.write("README", "changed\n")
    chamber.write("new/ü", "new\n")
    (chamber.path / "src" / "app.py").unlink()
    commit = commit_uncommitted_work(chamber.path, "Add login\n\nWhy: ☃\n")
    assert commit == chamber.head
    assert chamber.status == ""
    assert chamber.git("-c", "core.quotePath=false", "show", "--name-status", "--format=").split(
        "\n"
    ) == [
        "M\tREADME",
        "A\tnew/ü",
        "D\tsrc/app.py",
    ]
    assert chamber.git("log", "-1", "--format=%an <%ae>%n%B").splitlines()[:4] == [
        "Ada Tester <ada@example.org>",
        "Add login",
        "",
        "Why: ☃",
    ]


def test_a_refused_commit_restores_the_index_on_a_full_disk(
    chamber: TestRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies = list[Path]()
    copy = shutil.copy2

    def copy_once(source: Path, target: Path) -> None:
        copies.append(target)
        if len(copies) > 1:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), target)
        copy(source, target)

    monkeypatch.setattr(shutil, "copy2", copy_once)
    chamber.hook("pre-commit", "echo no; exit 1")
    chamber.write("new", "new\n")
    with pytest.raises(Refused, match="could not be committed: no"):
        commit_uncommitted_work(chamber.path, "Add login")
    assert chamber.status == "?? new"
    admin = Path(chamber.git("rev-parse", "--absolute-git-dir"))
    assert not (admin / "index.orchestra").exists()


def test_an_index_that_cannot_be_copied_is_left_alone(
    chamber: TestRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half_a_copy(_source: Path, target: Path) -> None:
        target.write_text("half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), target)

    monkeypatch.setattr(shutil, "copy2", half_a_copy)
    chamber.write("new", "new\n")
    with pytest.raises(OSError, match="No space left"):
        commit_uncommitted_work(chamber.path, "Add login")
    assert chamber.status == "?? new"
    admin = Path(chamber.git("rev-parse", "--absolute-git-dir"))
    assert not (admin / "index.orchestra").exists()


def test_without_changes_there_is_no_commit(chamber: TestRepository) -> None:
    before = chamber.head
    assert commit_uncommitted_work(chamber.path, "nothing") is None
    assert chamber.head == before


def test_trailers_are_at_the_end_of_the_message_where_git_finds_them(
    chamber: TestRepository,
) -> None:
    chamber.write("new")
    commit_uncommitted_work(chamber.path, "Add login\n\nLong: story", ["Orchestra-Task: t-1"])
    trailers = chamber.git("log", "-1", "--format=%(trailers:key=Orchestra-Task,valueonly)")
    assert trailers.strip() == "t-1"
    assert chamber.git("log", "-1", "--format=%s") == "Add login"


def test_a_message_line_that_looks_like_a_comment_is_kept(chamber: TestRepository) -> None:
    chamber.git("config", "commit.cleanup", "strip")
    chamber.write("new")
    commit_uncommitted_work(chamber.path, "Add login\n\n#12 is done by this")
    assert "#12 is done by this" in chamber.git("log", "-1", "--format=%B")


@pytest.mark.parametrize("hook", ["pre-commit", "commit-msg"])
def test_a_refusing_hook_is_quoted_and_the_index_is_unchanged(
    chamber: TestRepository, hook: str
) -> None:
    chamber.hook(hook, "echo 'lint: 3 problems' >&2; exit 1")
    chamber.write("staged", "s")
    chamber.git("add", "staged")
    chamber.write("new", "n")
    before, head = chamber.status, chamber.head
    with pytest.raises(Refused, match="could not be committed: lint: 3 problems") as refused:
        commit_uncommitted_work(chamber.path, "Add login")
    assert "\n" not in str(refused.value)
    assert (chamber.status, chamber.head) == (before, head)


def test_a_hook_may_add_to_the_commit(chamber: TestRepository) -> None:
    chamber.hook("pre-commit", "echo formatted > README; git add README")
    chamber.write("new")
    commit_uncommitted_work(chamber.path, "Add login")
    assert chamber.git("show", "HEAD:README") == "formatted"


def test_a_hook_may_use_pathspec_patterns(chamber: TestRepository) -> None:
    chamber.hook("pre-commit", "git diff --cached --name-only -- '*.py' | grep -q . || exit 1")
    chamber.write("new.py")
    assert commit_uncommitted_work(chamber.path, "Add login")


def test_the_error_for_a_missing_identity_gives_the_two_commands(
    chamber: TestRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.delenv(f"GIT_{who}_NAME")
        monkeypatch.delenv(f"GIT_{who}_EMAIL")
    chamber.git("config", "user.useConfigOnly", "true")
    chamber.write("new")
    with pytest.raises(Refused, match=r"git config --global user\.name .* user\.email"):
        commit_uncommitted_work(chamber.path, "Add login")
    assert chamber.status == "?? new"


def test_the_commit_is_signed_where_the_person_signs(
    chamber: TestRepository, tmp_path: Path
) -> None:
    chamber.sign_commits(tmp_path / "gpg")
    chamber.write("new")
    commit_uncommitted_work(chamber.path, "Add login")
    assert "gpgsig " in chamber.git("cat-file", "commit", "HEAD")


def test_the_error_for_a_failed_signature_quotes_git(chamber: TestRepository) -> None:
    chamber.git("config", "commit.gpgSign", "true")
    chamber.git("config", "gpg.program", "false")
    chamber.write("new")
    with pytest.raises(Refused, match=r"gpg failed to sign the data.*unlock the key"):
        commit_uncommitted_work(chamber.path, "Add login")


def test_unresolved_conflicts_are_never_committed(chamber: TestRepository) -> None:
    chamber.commit("mine", {"README": "mine\n"})
    main = TestRepository(chamber.path.parents[2])
    main.commit("theirs", {"README": "theirs\n"})
    with pytest.raises(AssertionError):
        chamber.git("merge", "--quiet", "main")
    with pytest.raises(Refused, match="unresolved conflicts in README"):
        commit_uncommitted_work(chamber.path, "Add login")
    chamber.write("README", "both\n")
    chamber.git("add", "README")
    commit_uncommitted_work(chamber.path, "Merge main")
    assert len(chamber.git("log", "-1", "--format=%P").split()) == 2


def test_a_repository_inside_the_chamber_is_refused_and_named(chamber: TestRepository) -> None:
    (chamber.path / "nested").mkdir()
    run_git(chamber.path / "nested", "init", "--quiet")
    with pytest.raises(Refused, match=r"auth/nested is a git repository of its own"):
        commit_uncommitted_work(chamber.path, "Add login")


def test_the_main_checkout_is_never_committed_instead_of_a_lost_chamber(
    chamber: TestRepository,
) -> None:
    main = TestRepository(chamber.path.parents[2])
    main.write("private", "mine")
    (chamber.path / ".git").unlink()
    before = main.head
    with pytest.raises(Unavailable, match="is not a git working tree any more"):
        commit_uncommitted_work(chamber.path, "Add login")
    assert main.head == before


def test_the_plain_message_is_tried_when_a_hook_refuses_the_first(chamber: TestRepository) -> None:
    chamber.write("auth.py", "1")
    chamber.hook("commit-msg", "head -1 $1 | grep -q '^feat: ' || { echo not so >&2; exit 1; }")
    commit_uncommitted_work(chamber.path, "auth: a login", plain_message="feat: a login")
    assert chamber.git("log", "-1", "--format=%s") == "feat: a login"
    chamber.write("more.py", "1")
    with pytest.raises(Refused, match="not so"):
        commit_uncommitted_work(chamber.path, "auth: more", plain_message="more")


def test_the_error_for_a_hook_that_lacks_a_file_says_how_to_include_it(
    chamber: TestRepository,
) -> None:
    chamber.write("auth.py", "1")
    chamber.hook("pre-commit", "exec ./node_modules/.bin/lint")
    with pytest.raises(Refused, match=r"node_modules/\.bin/lint.*\.worktreeinclude"):
        commit_uncommitted_work(chamber.path, "auth: a login")


def test_an_inherited_reading_of_paths_lets_no_file_of_ours_in(
    chamber: TestRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    main = TestRepository(chamber.path.parents[2])
    main.write(".git/info/exclude", "")
    chamber.write(".INTERRUPT", "mail")
    chamber.write("new")
    monkeypatch.setenv("GIT_LITERAL_PATHSPECS", "1")
    commit_uncommitted_work(chamber.path, "Add login")
    assert chamber.git("show", "--format=", "--name-only", "HEAD") == "new"


def test_work_that_a_hook_puts_into_the_stash_is_not_taken_for_committed(
    chamber: TestRepository,
) -> None:
    before = chamber.head
    chamber.write("README", "changed\n")
    chamber.write("new", "new\n")
    chamber.hook("pre-commit", "git stash push --quiet --include-untracked")
    with pytest.raises(Refused, match=r"a hook .* put its work into git's stash.* stash apply"):
        commit_uncommitted_work(chamber.path, "Add login")
    assert (chamber.head, chamber.status) == (before, "")
    chamber.hook("pre-commit", "true")
    chamber.git("stash", "apply", "--quiet")
    assert commit_uncommitted_work(chamber.path, "Add login") == chamber.head != before
    assert chamber.git("show", "HEAD:new") == "new"


def test_a_commit_that_a_hook_empties_is_made_all_the_same(chamber: TestRepository) -> None:
    chamber.write("README", "changed\n")
    chamber.hook("pre-commit", "git checkout --quiet HEAD -- README")
    assert commit_uncommitted_work(chamber.path, "Add login") == chamber.head
    assert chamber.status == ""
