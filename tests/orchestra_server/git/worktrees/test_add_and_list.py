import multiprocessing
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path

import pytest

from orchestra_core.errors import OrchestraError, Refused
from orchestra_server.git.process.run import GitFailed
from orchestra_server.git.repository.repository import Repository, open_repository
from orchestra_server.git.worktrees.add_and_list import WorktreePlan, add_worktrees, list_worktrees
from tests.support.git.repositories import (
    TestRepository,
    bare_with_worktree,
    large_repository,
    small_repository,
)


def plan(repo: Repository, name: str, commit: str = "") -> WorktreePlan:
    return WorktreePlan(
        name=name,
        path=repo.top / ".claude" / "worktrees" / name,
        branch=f"orchestra/t-1/{name}",
        commit=commit or repo.head().commit,
        reason="Orchestra chamber of task t-1",
    )


def untouched(made: TestRepository) -> None:
    """Nothing of a batch is left: no branch, worktree, directory or registration."""
    assert made.branches == ["main"]
    assert made.git("worktree", "list", "--porcelain").count("worktree ") == 1
    assert not (made.path / ".git" / "worktrees").exists()


def test_each_new_chamber_has_files_branch_and_lock(tmp_path: Path) -> None:
    made = large_repository(tmp_path / "répo with spaces")
    repo = open_repository(made.path)
    plans = [plan(repo, name) for name in ("auth", "api", "db")]
    assert add_worktrees(repo, plans) == ()
    for wanted in plans:
        chamber = made.at(wanted.path)
        assert chamber.status == ""
        assert chamber.git("symbolic-ref", "--short", "HEAD") == wanted.branch
        assert (wanted.path / "d1" / "f1").read_text() == "1\n"
    listed = {tree.path: tree for tree in list_worktrees(repo)}
    assert [listed[wanted.path].branch for wanted in plans] == [wanted.branch for wanted in plans]
    assert {listed[wanted.path].locked_reason for wanted in plans} == {
        "Orchestra chamber of task t-1"
    }
    assert listed[made.path].locked_reason == ""


def test_a_chamber_starts_at_the_given_commit(tmp_path: Path) -> None:
    made = small_repository(tmp_path / "repo")
    first = made.head
    made.commit("second", {"late": "late"})
    repo = open_repository(made.path)
    add_worktrees(repo, [plan(repo, "auth", first)])
    assert not (plan(repo, "auth").path / "late").exists()


def test_chambers_are_created_from_a_detached_head_and_in_a_bare_clone(tmp_path: Path) -> None:
    bare, worktree = bare_with_worktree(tmp_path)
    worktree.git("checkout", "--quiet", "--detach")
    for place in (bare, worktree):
        repo = open_repository(place.path)
        worktree_plan = plan(repo, f"auth-{place.path.name}")
        add_worktrees(repo, [worktree_plan])
        assert (worktree_plan.path / "README").read_text() == "hello\n"


def test_the_repositorys_post_checkout_hook_runs_in_each_chamber(tmp_path: Path) -> None:
    made = small_repository(tmp_path / "repo")
    made.hook("post-checkout", 'echo "$1 $2 $3" > "$PWD/.git-hook-ran"')
    repo = open_repository(made.path)
    add_worktrees(repo, [plan(repo, "auth"), plan(repo, "api")])
    for name in ("auth", "api"):
        said = (plan(repo, name).path / ".git-hook-ran").read_text()
        assert said == f"{'0' * 40} {made.head} 1\n"


def test_a_hook_in_core_hookspath_runs_too(tmp_path: Path) -> None:
    made = small_repository(tmp_path / "repo", {"hooks/post-checkout": "#!/bin/sh\ntouch ran\n"})
    made.git("update-index", "--chmod=+x", "hooks/post-checkout")
    made.git("commit", "--quiet", "-m", "executable")
    made.git("config", "core.hooksPath", "hooks")
    repo = open_repository(made.path)
    add_worktrees(repo, [plan(repo, "auth")])
    assert (plan(repo, "auth").path / "ran").exists()


def test_a_failing_hook_removes_the_whole_batch(tmp_path: Path) -> None:
    made = small_repository(tmp_path / "repo")
    made.hook("post-checkout", 'case "$PWD" in */api) echo "no room here" >&2; exit 3;; esac')
    repo = open_repository(made.path)
    with pytest.raises(GitFailed, match=r"chamber 'api' .*post-checkout hook failed: no room here"):
        add_worktrees(repo, [plan(repo, "auth"), plan(repo, "api"), plan(repo, "db")])
    untouched(made)
    assert not (made.path / ".claude").exists()


def test_a_directory_at_the_chambers_path_is_named_and_kept(tmp_path: Path) -> None:
    made = small_repository(tmp_path / "repo")
    repo = open_repository(made.path)
    mine = made.write(".claude/worktrees/api/mine.txt", "mine")
    with pytest.raises(Refused, match=rf"chamber 'api' .*{mine.parent} is in the way"):
        add_worktrees(repo, [plan(repo, "auth"), plan(repo, "api")])
    untouched(made)
    assert mine.read_text() == "mine"


def test_everything_that_is_in_the_way_of_a_batch_is_named_at_once(tmp_path: Path) -> None:
    made = small_repository(tmp_path / "repo")
    made.git("branch", "orchestra/t-1/db")
    repo = open_repository(made.path)
    made.write(".claude/worktrees/api/mine.txt", "mine")
    names = ("auth", "api", "db")
    with pytest.raises(Refused) as refused:
        add_worktrees(repo, [plan(repo, name) for name in names])
    told = str(refused.value)
    assert [name for name in names if f"chamber {name!r}" in told] == ["api", "db"]


def test_a_file_where_the_chambers_directories_should_be_is_named_and_kept(tmp_path: Path) -> None:
    made = small_repository(tmp_path / "repo")
    repo = open_repository(made.path)
    mine = made.write(".claude", "mine")
    with pytest.raises(Refused, match=rf"chamber 'api' .*{mine} is a file, where a directory is"):
        add_worktrees(repo, [plan(repo, "api")])
    assert mine.read_text() == "mine"


def test_a_dangling_symlink_at_the_chambers_path_is_named_too(tmp_path: Path) -> None:
    made = small_repository(tmp_path / "repo")
    repo = open_repository(made.path)
    plan(repo, "api").path.parent.mkdir(parents=True)
    plan(repo, "api").path.symlink_to("nowhere")
    with pytest.raises(Refused, match="is in the way"):
        add_worktrees(repo, [plan(repo, "api")])


def test_an_existing_branch_with_the_chambers_name_is_named_and_not_moved(tmp_path: Path) -> None:
    made = small_repository(tmp_path / "repo")
    made.git("branch", "orchestra/t-1/api")
    repo = open_repository(made.path)
    with pytest.raises(Refused, match=r"chamber 'api' .*orchestra/t-1/api exists already"):
        add_worktrees(repo, [plan(repo, "auth"), plan(repo, "api")])
    assert made.branches == ["main", "orchestra/t-1/api"]
    assert not plan(repo, "auth").path.exists()


def test_a_failure_of_git_within_a_batch_removes_what_was_created(tmp_path: Path) -> None:
    made = small_repository(tmp_path / "repo")
    repo = open_repository(made.path)
    good, bad = plan(repo, "auth"), plan(repo, "api", commit="1" * 40)
    with pytest.raises(GitFailed, match=r"chamber 'api' could not be made: .*1{40}"):
        add_worktrees(repo, [good, bad])
    untouched(made)


def test_a_branch_that_blocks_our_branch_names_is_named_and_nothing_is_created(
    tmp_path: Path,
) -> None:
    made = small_repository(tmp_path / "repo")
    made.git("branch", "orchestra")
    repo = open_repository(made.path)
    with pytest.raises(
        Refused, match=r"chamber 'auth' cannot be made: the branch 'orchestra' exists.*branch -m"
    ):
        add_worktrees(repo, [plan(repo, "auth"), plan(repo, "api")])
    assert made.branches == ["main", "orchestra"]
    assert len(list_worktrees(repo)) == 1


def test_the_error_for_a_listed_worktree_that_was_deleted_says_what_to_do(
    tmp_path: Path,
) -> None:
    made = small_repository(tmp_path / "repo")
    repo = open_repository(made.path)
    worktree_plan = plan(repo, "auth")
    add_worktrees(repo, [worktree_plan])
    worktree_plan.path.rename(tmp_path / "moved")
    [gone] = [tree for tree in list_worktrees(repo) if tree.gone]
    assert gone.path == worktree_plan.path
    with pytest.raises(Refused, match=r"git worktree unlock .*git worktree prune"):
        add_worktrees(repo, [worktree_plan])


def test_one_of_several_processes_creates_the_chamber_and_the_others_get_a_one_line_error(
    tmp_path: Path,
) -> None:
    made = small_repository(tmp_path / "repo")
    repo = open_repository(made.path)
    plans = [plan(repo, "auth"), plan(repo, "api")]
    with ProcessPoolExecutor(3, multiprocessing.get_context("spawn")) as pool:
        tries: list[Future[tuple[str, ...]]] = [
            pool.submit(add_worktrees, repo, plans) for _ in range(6)
        ]
        errors = [done.exception() for done in tries]
    assert errors.count(None) == 1
    for error in errors:
        assert error is None or (isinstance(error, OrchestraError) and "\n" not in str(error))
    assert len(list_worktrees(repo)) == 3
    assert made.at(plans[0].path).status == made.at(plans[1].path).status == ""


def test_no_file_is_left_open(tmp_path: Path) -> None:
    made = small_repository(tmp_path / "repo")
    repo = open_repository(made.path)
    add_worktrees(repo, [plan(repo, "warm")])
    before = len(list(Path("/dev/fd").iterdir()))
    add_worktrees(repo, [plan(repo, f"c{n}") for n in range(4)])
    assert len(list(Path("/dev/fd").iterdir())) == before


def test_the_main_checkout_is_listed_by_its_path_where_its_git_directory_is_behind_a_link(
    tmp_path: Path,
) -> None:
    made = small_repository(tmp_path / "repo")
    (made.path / ".git").rename(tmp_path / "store")
    (made.path / ".git").symlink_to(tmp_path / "store")
    repo = open_repository(made.path)
    [main] = list_worktrees(repo)
    assert (main.path, main.gone) == (made.path, False)
