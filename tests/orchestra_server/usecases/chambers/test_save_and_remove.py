"""Where a closed chamber's work is, and what of its branch stays: nothing is lost, all is told."""

import shutil
from pathlib import Path

import pytest
from msgspec.structs import replace

from orchestra_core.errors import OrchestraError, Refused
from orchestra_core.models import Chamber
from orchestra_server.domain.chambers.chamber_lifecycle import ref_for
from orchestra_server.files.hook_setup.hook_settings import HOOK_SETTINGS
from orchestra_server.git.repository.repository import Repository, open_repository
from orchestra_server.git.saves.save import save_work
from orchestra_server.git.snapshot.ignored_files_to_save import IgnoredFiles
from orchestra_server.git.worktrees.add_and_list import WorktreePlan, add_worktrees
from orchestra_server.usecases.chambers import save_and_remove
from orchestra_server.usecases.chambers.save_and_remove import (
    LOST,
    MERGED,
    ClosedWork,
    ignored_files_to_save,
    save_and_remove_all,
)
from tests.support.git.repositories import TestRepository
from tests.support.samples.documents import a_chamber, a_task

TASK = replace(a_task(), base_branch="main")


@pytest.fixture
def repo(repository: TestRepository) -> Repository:
    return open_repository(repository.path)


def opened(repo: Repository, *names: str) -> list[Chamber]:
    """Make worktrees, and return the closing chambers that they are of."""
    commit = repo.head().commit
    chambers = [
        replace(
            a_chamber(name),
            state="closing",
            ended_at=7,
            path=str(repo.top / ".claude/worktrees" / name),
            base_commit=commit,
        )
        for name in names
    ]
    add_worktrees(
        repo,
        [
            WorktreePlan(chamber.name, Path(chamber.path), chamber.branch, commit, "test")
            for chamber in chambers
        ],
    )
    return chambers


def test_work_that_git_deletes_before_a_ref_holds_it_is_saved_once_more(
    repo: Repository, repository: TestRepository
) -> None:
    repository.hook(
        "reference-transaction",
        '[ "$1" = prepared ] && grep -q refs/orchestra/saved && [ ! -e "$PWD/once" ] || exit 0\n'
        'touch "$PWD/once"; git prune --expire=now',
    )
    [chamber] = opened(repo, "auth")
    worktree(chamber).write("new.py", "work\n")
    [work] = save_and_remove_all(repo, TASK, [chamber], {})
    assert isinstance(work, ClosedWork)
    assert repository.git("show", f"{work.ref}:new.py") == "work"
    assert repository.git("fsck", "--full").splitlines() == []
    assert not Path(chamber.path).exists()
    assert list(repository.path.rglob("once")) or list(repo.common_dir.rglob("once"))


def worktree(chamber: Chamber) -> TestRepository:
    return TestRepository(Path(chamber.path))


def closed(
    repo: Repository,
    chamber: Chamber,
    landed: str = "",
    *,
    is_resumed: bool = False,
    into: str = "",
) -> ClosedWork:
    """Save and remove one chamber; `landed` is the commit that has just landed of it."""
    commits = {chamber.name: landed} if landed else {}
    resumed = [chamber.name] if is_resumed else []
    [work] = save_and_remove_all(repo, TASK, [chamber], commits, resumed, into=into)
    assert isinstance(work, ClosedWork)
    assert not Path(chamber.path).exists()
    return work


def move_branch(repository: TestRepository, chamber: Chamber) -> str:
    """Add a commit to a chamber's branch, as somebody does outside of its worktree."""
    branch = f"refs/heads/{chamber.branch}"
    commit = repository.git("commit-tree", "-m", "beside", "-p", branch, f"{branch}^{{tree}}")
    repository.git("update-ref", branch, commit)
    return commit


def saved_refs(repository: TestRepository) -> list[str]:
    return repository.git("for-each-ref", "--format=%(refname)", "refs/orchestra/saved").split()


def test_a_landed_chamber_goes_with_its_branch_and_nothing_is_saved(
    repository: TestRepository, repo: Repository
) -> None:
    [chamber] = opened(repo, "auth")
    tip = worktree(chamber).commit("work", {"auth.py": "x\n"})
    assert closed(repo, chamber, tip) == ClosedWork("", branch_kept=False, note=MERGED)
    assert (repository.branches, saved_refs(repository)) == (["main"], [])


def test_what_was_written_after_the_landing_is_saved(
    repository: TestRepository, repo: Repository
) -> None:
    [chamber] = opened(repo, "auth")
    tip = worktree(chamber).commit("work", {"auth.py": "x\n"})
    worktree(chamber).write("later.py", "y\n")
    ref = ref_for(chamber)
    assert closed(repo, chamber, tip) == ClosedWork(
        ref, branch_kept=False, note=f"saved under {ref}"
    )
    assert repository.git("show", f"{ref}:later.py") == "y"


def test_ignored_files_that_count_as_work_are_saved_although_the_rest_has_landed(
    repository: TestRepository, repo: Repository
) -> None:
    repository.commit(files={".gitignore": ".env\n"})
    repository.git("config", "orchestra.saveIgnored", "true")
    [chamber] = opened(repo, "auth")
    worktree(chamber).write(".env", "key\n")
    ref = ref_for(chamber)
    work = closed(repo, chamber, repository.head)
    assert work.note == f"{MERGED}; its ignored files are saved under {ref}"
    assert repository.git("show", f"{ref}:.env") == "key"


def test_ignored_files_are_not_all_that_was_saved_where_commits_have_not_landed(
    repository: TestRepository, repo: Repository
) -> None:
    repository.commit(files={".gitignore": ".env\n"})
    repository.git("config", "orchestra.saveIgnored", "true")
    [chamber] = opened(repo, "auth")
    worktree(chamber).commit("work", {"auth.py": "x\n"})
    worktree(chamber).write(".env", "key\n")
    assert closed(repo, chamber).note == f"saved under {ref_for(chamber)}"


@pytest.mark.parametrize("is_on", [True, False])
def test_orchestras_own_files_never_count_as_ignored_work(
    repository: TestRepository, repo: Repository, *, is_on: bool
) -> None:
    repository.git("config", "orchestra.saveIgnored", str(is_on).lower())
    ignored = ignored_files_to_save(repo)
    assert ignored.are_work == is_on
    assert ("/.INTERRUPT" in " ".join(ignored.skipped_patterns)) == is_on


def test_a_branch_that_was_renamed_stays_whatever_was_saved_of_it(
    repository: TestRepository, repo: Repository
) -> None:
    [chamber] = opened(repo, "auth")
    worktree(chamber).commit("work", {"auth.py": "x\n"})
    repository.git("branch", "-m", chamber.branch, "mine")
    work = closed(repo, replace(chamber, branch="mine"))
    assert work.branch_kept
    assert work.note == f"saved under {work.ref}; branch mine is kept"
    assert "mine" in repository.branches


def test_commits_of_the_own_branch_are_saved_although_head_was_elsewhere(
    repository: TestRepository, repo: Repository
) -> None:
    [chamber] = opened(repo, "auth")
    worktree(chamber).git("switch", "--quiet", "--detach")
    commit = move_branch(repository, chamber)
    ref = ref_for(chamber)
    assert closed(repo, chamber) == ClosedWork(ref, branch_kept=False, note=f"saved under {ref}")
    assert commit in repository.git("rev-list", ref).splitlines()
    assert repository.branches == ["main"]


def test_a_branch_that_moves_after_its_work_was_saved_stays(
    repository: TestRepository, repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    [chamber] = opened(repo, "auth")
    worktree(chamber).commit("work", {"auth.py": "x\n"})
    remove = save_and_remove.remove_worktree

    def remove_then_move(repo: Repository, path: Path, ignored: IgnoredFiles) -> None:
        remove(repo, path, ignored)
        move_branch(repository, chamber)

    monkeypatch.setattr(save_and_remove, "remove_worktree", remove_then_move)
    ref, branch = ref_for(chamber), chamber.branch
    note = f"saved under {ref}; branch {branch} is kept"
    assert closed(repo, chamber) == ClosedWork(ref, branch_kept=True, note=note)
    assert repository.branches == ["main", branch]


@pytest.mark.parametrize(
    ("is_resumed", "note"), [(True, MERGED), (False, f"{MERGED}; its directory had been deleted")]
)
def test_the_branch_of_a_missing_directory_says_that_its_work_is_merged(
    repo: Repository, note: str, *, is_resumed: bool
) -> None:
    [chamber] = opened(repo, "auth")
    shutil.rmtree(chamber.path)
    assert closed(repo, chamber, is_resumed=is_resumed).note == note


@pytest.mark.parametrize(("is_resumed", "note"), [(True, MERGED), (False, LOST)])
def test_without_directory_and_branch_the_work_is_lost_unless_a_closing_had_begun(
    repository: TestRepository, repo: Repository, note: str, *, is_resumed: bool
) -> None:
    [chamber] = opened(repo, "auth")
    repository.git("worktree", "remove", "--force", "--force", chamber.path)
    repository.git("branch", "--quiet", "-D", chamber.branch)
    assert closed(repo, chamber, is_resumed=is_resumed).note == note


def test_work_counts_as_merged_by_the_tasks_branch_and_not_by_what_is_checked_out(
    repository: TestRepository, repo: Repository
) -> None:
    repository.commit("on main")
    [chamber] = opened(repo, "auth")
    repository.git("checkout", "--quiet", "HEAD~1")
    assert closed(repo, chamber) == ClosedWork("", branch_kept=False, note=MERGED)
    assert repository.branches == ["main"]


def test_work_counts_as_merged_by_the_commit_that_the_caller_names(repo: Repository) -> None:
    [chamber] = opened(repo, "auth")
    into = worktree(chamber).commit("work", {"auth.py": "x\n"})
    assert (closed(repo, chamber, into=into).ref, saved_refs(TestRepository(repo.top))) == ("", [])


@pytest.mark.parametrize("is_listed", [True, False])
def test_commits_of_a_missing_directory_are_saved_from_what_git_still_has(
    repository: TestRepository, repo: Repository, *, is_listed: bool
) -> None:
    chamber, other = opened(repo, "auth", "zeta")
    commit = worktree(chamber).commit("work", {"auth.py": "x\n"})
    if is_listed:  # by whose HEAD alone the commits are known
        shutil.rmtree(chamber.path)
        repository.git("update-ref", "-d", f"refs/heads/{chamber.branch}")
    else:
        repository.git("worktree", "remove", "--force", "--force", chamber.path)
    ref = ref_for(chamber)
    work = closed(repo, chamber)
    assert work.note == f"saved under {ref}; its directory had been deleted"
    assert repository.git("rev-parse", f"{ref}^1") == commit
    assert repository.branches == ["main", other.branch]


def test_a_missing_directory_whose_branch_is_gone_too_was_merged_while_git_lists_it(
    repository: TestRepository, repo: Repository
) -> None:
    [chamber] = opened(repo, "auth")
    shutil.rmtree(chamber.path)
    repository.git("update-ref", "-d", f"refs/heads/{chamber.branch}")
    assert closed(repo, chamber).note == f"{MERGED}; its directory had been deleted"


def test_files_written_meanwhile_are_saved_under_a_ref_of_their_own(
    repository: TestRepository, repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    [chamber] = opened(repo, "auth")
    worktree(chamber).write("new.py", "x\n")
    remove = save_and_remove.remove_worktree

    def remove_then_write(repo: Repository, path: Path, ignored: IgnoredFiles) -> None:
        remove(repo, path, ignored)
        worktree(chamber).write("late.py", "late\n")

    monkeypatch.setattr(save_and_remove, "remove_worktree", remove_then_write)
    work = closed(repo, chamber)
    assert work.ref == ref_for(replace(chamber, ended_at=chamber.ended_at + 1))
    assert work.note.startswith(f"saved under {ref_for(chamber)}; ")
    names = repository.git("ls-tree", "--name-only", work.ref, "new.py", "late.py").split()
    assert names == ["late.py", "new.py"]


def test_a_chamber_that_has_lost_its_link_to_git_stays_where_it_is(repo: Repository) -> None:
    [chamber] = opened(repo, "auth")
    worktree(chamber).write(HOOK_SETTINGS.as_posix(), "{}")
    worktree(chamber).write("new.py", "x\n")
    Path(chamber.path, ".git").unlink()
    [fault] = save_and_remove_all(repo, TASK, [chamber], {})
    assert isinstance(fault, OrchestraError)
    assert worktree(chamber).read("new.py") == "x\n"


def test_what_an_interrupted_closing_saved_is_found_again(
    repository: TestRepository, repo: Repository
) -> None:
    [chamber] = opened(repo, "auth")
    worktree(chamber).write("new.py", "x\n")
    ref = ref_for(chamber)
    save_work(repo, Path(chamber.path), ref, "saved", own_branch=chamber.branch)
    repository.git("worktree", "remove", "--force", "--force", chamber.path)
    assert closed(repo, chamber, is_resumed=True) == ClosedWork(
        ref, branch_kept=False, note=f"saved under {ref}"
    )
    assert repository.branches == ["main"]


def test_an_error_of_one_chamber_keeps_none_of_the_others_from_being_closed(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    chambers = opened(repo, "auth", "api")
    remove = save_and_remove.remove_worktree

    def fail_for_auth(repo: Repository, path: Path, *rest: object) -> None:
        if path.name == "auth":
            raise OSError(28, "No space left on device")
        remove(repo, path)

    monkeypatch.setattr(save_and_remove, "remove_worktree", fail_for_auth)
    fault, work = save_and_remove_all(repo, TASK, chambers, {})
    assert isinstance(fault, OrchestraError)
    assert "No space left on device" in str(fault)
    assert work == ClosedWork("", branch_kept=False, note=MERGED)
    assert worktree(chambers[0]).status == ""


def test_after_a_cancellation_no_further_chamber_is_begun(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(save_and_remove, "is_cancelled", lambda: True)
    chambers = opened(repo, "auth", "api")
    outcomes = save_and_remove_all(repo, TASK, chambers, {})
    assert [str(outcome) for outcome in outcomes if isinstance(outcome, Refused)] == [
        f"the call was cancelled before chamber {name!r} was closed" for name in ("auth", "api")
    ]
    assert [worktree(chamber).status for chamber in chambers] == ["", ""]
