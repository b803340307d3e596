"""What lands: the chambers' own branches, all or those that go together, under the task's name."""

import shutil
from pathlib import Path

import pytest
from msgspec.structs import replace

from orchestra_core.errors import Refused, Unavailable
from orchestra_core.models import Chamber, Task
from orchestra_server.git.merge.merge import ChamberBranch
from orchestra_server.git.repository.repository import Repository, open_repository
from orchestra_server.git.worktrees.add_and_list import WorktreePlan, add_worktrees
from orchestra_server.usecases.completion.merge_and_land import (
    PreparedLanding,
    bases_of,
    commit_chambers,
    deleted_chambers,
    land_prepared,
    merge_branches,
    naming_what_landed,
    require_own_branch,
    tip_of,
)
from tests.support.git.repositories import TestRepository
from tests.support.samples.documents import a_chamber, a_task

SUMMARY = "Add a login"
TASK = replace(a_task(), base_branch="main")


@pytest.fixture
def repo(repository: TestRepository) -> Repository:
    return open_repository(repository.path)


def opened(repository: TestRepository, *names: str) -> list[Chamber]:
    """Make worktrees, and return the live chambers that they are of."""
    repo = open_repository(repository.path)
    chambers = [
        replace(
            a_chamber(name),
            state="live",
            path=str(repo.top / ".claude/worktrees" / name),
            base_commit=repository.head,
        )
        for name in names
    ]
    plans = [
        WorktreePlan(chamber.name, Path(chamber.path), chamber.branch, repository.head, "test")
        for chamber in chambers
    ]
    add_worktrees(repo, plans)
    return chambers


def worktree(chamber: Chamber) -> TestRepository:
    return TestRepository(Path(chamber.path))


def test_uncommitted_work_is_committed_under_a_short_subject_with_the_tasks_trailer(
    repository: TestRepository, repo: Repository
) -> None:
    [chamber] = opened(repository, "auth")
    worktree(chamber).write("auth.py", "x\n")
    [branch] = commit_chambers(repo, TASK, [chamber], f"{SUMMARY} {'and more ' * 20}")
    assert branch == ChamberBranch("auth", worktree(chamber).head)
    message = repository.git("log", "-1", "--format=%B", branch.commit).rstrip()
    subject, _, trailer = message.partition("\n\n")
    assert subject.startswith(f"auth: {SUMMARY} and more")
    assert len(subject) <= 60
    assert trailer == f"Orchestra-Task: {TASK.id}"


def test_a_chamber_without_a_directory_brings_its_branch_and_a_clean_one_no_new_commit(
    repository: TestRepository, repo: Repository
) -> None:
    auth, api = opened(repository, "auth", "api")
    commit = worktree(auth).commit("work", {"auth.py": "x\n"})
    shutil.rmtree(auth.path)
    branches = commit_chambers(repo, TASK, [auth, api], SUMMARY)
    assert branches == [ChamberBranch("auth", commit), ChamberBranch("api", repository.head)]


@pytest.mark.parametrize(
    ("leave", "where"),
    [
        (["switch", "--quiet", "-c", "mine"], "branch mine"),
        (["switch", "--quiet", "--detach"], "a detached HEAD"),
    ],
)
def test_work_that_is_not_on_the_chambers_own_branch_is_refused(
    repository: TestRepository, repo: Repository, leave: list[str], where: str
) -> None:
    [chamber] = opened(repository, "auth")
    assert require_own_branch(repo, chamber).branch == chamber.branch
    worktree(chamber).git(*leave)
    wrong = f"^chamber 'auth' stands on {where} and not on its own branch {chamber.branch}; "
    with pytest.raises(Refused, match=wrong):
        commit_chambers(repo, TASK, [chamber], SUMMARY)


def conflicting(repository: TestRepository) -> tuple[list[Chamber], list[ChamberBranch]]:
    """Return three chambers and their branches, of which the first two do not merge."""
    chambers = opened(repository, "auth", "api", "docs")
    files = {"auth": "README", "api": "README", "docs": "docs.md"}
    branches = [
        ChamberBranch(
            chamber.name, worktree(chamber).commit("work", {files[chamber.name]: chamber.name})
        )
        for chamber in chambers
    ]
    return chambers, branches


def test_without_partial_one_conflict_keeps_everything_from_landing(
    repository: TestRepository, repo: Repository
) -> None:
    chambers, branches = conflicting(repository)
    landing = merge_branches(repo, TASK, branches, bases_of(chambers), SUMMARY, partial=False)
    assert (landing.moves, landing.order) == (False, ())
    assert [conflict.file for conflict in landing.conflicts] == ["README"]


def test_with_partial_as_many_chambers_as_fit_together_land_and_every_tip_is_returned(
    repository: TestRepository, repo: Repository
) -> None:
    chambers, branches = conflicting(repository)
    landing = merge_branches(repo, TASK, branches, bases_of(chambers), SUMMARY, partial=True)
    assert landing.moves
    assert len(landing.order) == 2
    assert "docs" in landing.order
    assert landing.tips == {branch.chamber: branch.commit for branch in branches}
    land_prepared(repo, TASK, landing)
    assert repository.head == landing.commit
    assert repository.read("README") in landing.order
    assert f"Orchestra-Task: {TASK.id}" in repository.git("log", "-1", "--format=%B")


def test_the_detached_head_is_landed_on_where_the_task_has_no_branch(
    repository: TestRepository, repo: Repository
) -> None:
    detached = replace(TASK, base_branch="")
    first = repository.head
    repository.git("switch", "--quiet", "--detach")
    second = repository.commit("more")
    assert (tip_of(repo, TASK), tip_of(repo, detached)) == (first, second)


def test_only_live_chambers_without_directory_and_branch_are_deleted(
    repository: TestRepository, repo: Repository
) -> None:
    standing, without_directory, deleted, closed = opened(repository, "a", "b", "c", "d")
    for chamber in (without_directory, deleted, closed):
        repository.git("worktree", "remove", "--force", "--force", chamber.path)
    for chamber in (deleted, closed):
        repository.git("branch", "--quiet", "-D", chamber.branch)
    chambers = [standing, without_directory, deleted, replace(closed, state="closed")]
    assert deleted_chambers(repo, chambers) == [deleted]


def told_behind(landing: PreparedLanding | None, task: Task = TASK) -> str:
    """Return the error of a closing that failed behind a landing."""
    with pytest.raises(Unavailable) as fault, naming_what_landed(task, landing):
        raise Unavailable("the disk is full")
    return str(fault.value)


def test_an_error_of_closing_says_what_has_landed_before_it() -> None:
    landed = PreparedLanding("a" * 40, "b" * 40, ("auth", "api"))
    assert told_behind(landed) == (
        "the work of auth, api is on main by now, as bbbbbbbbbbbb, but not every chamber is "
        "closed: the disk is full; then call again"
    )
    on_no_branch = told_behind(landed, replace(TASK, base_branch=""))
    assert on_no_branch.startswith("the work of auth, api is on the detached HEAD by now")


def test_an_error_of_closing_stays_as_it_is_where_nothing_has_landed() -> None:
    unmoved = PreparedLanding("a" * 40, "a" * 40, ("auth",))
    assert [told_behind(None), told_behind(unmoved)] == ["the disk is full"] * 2
