"""start_task takes a request on once, wherever its repository allows it."""

import asyncio
from pathlib import Path

import pytest

from orchestra_core.errors import BadInput, OrchestraError, Refused
from orchestra_core.text import DESCRIPTION_LIMIT
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.tasks.start_task import start_task
from tests.orchestra_server.conftest import MakeContext
from tests.support.conductor.tasks import a_started_task, chambers_open, kinds
from tests.support.git.repositories import (
    TestRepository,
    bare_with_worktree,
    empty_repository,
    small_repository,
)


async def test_start_task_returns_the_level_its_reasons_and_the_phases(
    context: Context, repository: TestRepository
) -> None:
    started = await start_task(context, description="Migrate the database to PostgreSQL")
    assert started.complexity == "complex"
    assert any("migrate" in reason for reason in started.reasons)
    assert started.phases[0] == started.phase == "analysis"
    assert started.working_directory == str(repository.path)
    assert (started.base_branch, started.base_commit) == ("main", repository.head)
    assert started.task_id in started.next_step


async def test_a_given_level_is_used(context: Context) -> None:
    started = await start_task(context, description="typo", complexity="very-complex")
    assert started.complexity == "very-complex"


async def test_repeating_an_open_request_returns_its_task(context: Context) -> None:
    first = await start_task(context, description="Add a login")
    again = await start_task(context, description="Add a login")
    assert (first.already_open, again.already_open) == (False, True)
    assert again.task_id == first.task_id
    assert await kinds(context) == ["task.started"]


async def test_two_concurrent_calls_create_one_task(context: Context) -> None:
    started = await asyncio.gather(
        *(start_task(context, description="Add a login") for _ in range(5))
    )
    assert len({task.task_id for task in started}) == 1
    assert await kinds(context) == ["task.started"]


async def test_another_request_creates_another_task(context: Context) -> None:
    assert await a_started_task(context, "Add a login") != await a_started_task(context, "Add tea")


async def test_our_files_do_not_show_in_git_status(
    context: Context, repository: TestRepository
) -> None:
    await a_started_task(context)
    assert (repository.path / ".claude" / "MISSION_CONTEXT.json").is_file()
    assert repository.status == ""


async def test_control_characters_are_removed_from_the_description(context: Context) -> None:
    task_id = await a_started_task(context, "a\x1b[31m \x00b\u202e [bold]c[/] \ud800")
    task = (await context.store.snapshot()).tasks[task_id]
    assert task.description == "a b [bold]c[/] \ufffd"


@pytest.mark.parametrize(
    ("description", "told"),
    [
        ("", "description is empty"),
        (" \n\x00", "description is empty"),
        ("x" * (DESCRIPTION_LIMIT + 1), "20,001 characters"),
        ("x" * 1_000_000, "1,000,000 characters"),
    ],
    ids=["empty", "only white", "one too long", "a megabyte"],
)
async def test_an_empty_or_overlong_description_is_refused(
    context: Context, description: str, told: str
) -> None:
    with pytest.raises(BadInput, match=told):
        await start_task(context, description=description)
    assert await kinds(context) == []


async def test_the_error_for_an_unknown_level_lists_the_levels(context: Context) -> None:
    with pytest.raises(BadInput, match=r"'huge'.*auto-detect, trivial, simple, moderate"):
        await start_task(context, description="x", complexity="huge")


@pytest.mark.parametrize(
    ("directory", "told"),
    [
        ("nowhere", "is not there"),
        ("README", "is a file"),
        ("..", "not in this repository"),
        ("/", "not in this repository"),
        (".git", "has no files to work on"),
        ("a\0b", "is not there"),
        ("x" * 5000, "is not there"),
    ],
    ids=["missing", "a file", "above", "the root", "git's own", "with a NUL", "very long"],
)
async def test_an_invalid_directory_is_a_one_line_error(
    context: Context, directory: str, told: str
) -> None:
    with pytest.raises(OrchestraError, match=told) as caught:
        await start_task(context, description="x", working_directory=directory)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


async def test_a_directory_of_another_repository_is_refused(
    context: Context, tmp_path: Path
) -> None:
    other = small_repository(tmp_path / "other")
    with pytest.raises(BadInput, match="not in this repository"):
        await start_task(context, description="x", working_directory=str(other.path))


async def test_a_subdirectory_is_recorded_by_its_real_path(
    context: Context, repository: TestRepository
) -> None:
    (repository.path / "link").symlink_to("src")
    started = await start_task(context, description="x", working_directory="link")
    assert started.working_directory == str(repository.path / "src")


async def test_the_error_for_a_repository_without_a_commit_says_what_to_do(
    context_at: MakeContext, tmp_path: Path
) -> None:
    empty = empty_repository(tmp_path / "empty")
    with pytest.raises(Refused, match="no commit yet"):
        await start_task(context_at(empty.path), description="x")


async def test_a_task_starts_in_the_worktree_of_a_bare_repository_but_not_in_the_repository_itself(
    context_at: MakeContext, tmp_path: Path
) -> None:
    bare, worktree = bare_with_worktree(tmp_path)
    with pytest.raises(BadInput, match="working tree"):
        await start_task(context_at(bare.path), description="x")
    started = await start_task(context_at(worktree.path), description="x")
    assert started.working_directory == str(worktree.path)


async def test_a_task_can_start_from_a_detached_head(
    context: Context, repository: TestRepository
) -> None:
    repository.git("checkout", "--quiet", "--detach")
    started = await start_task(context, description="x")
    assert (started.base_branch, started.base_commit) == ("", repository.head)


async def test_a_task_cannot_start_inside_a_chamber(
    context: Context, context_at: MakeContext
) -> None:
    chambers = await chambers_open(context, await a_started_task(context), ["auth"])
    with pytest.raises(Refused, match="chamber 'auth'"):
        await start_task(context_at(chambers["auth"].path), description="x")


@pytest.mark.parametrize("folder", [".claude", ".claude/worktrees"])
async def test_a_task_cannot_start_where_our_folder_is_a_link_out_of_the_repository(
    context: Context, repository: TestRepository, tmp_path: Path, folder: str
) -> None:
    (tmp_path / "outside").mkdir()
    (repository.path / folder).parent.mkdir(exist_ok=True)
    (repository.path / folder).symlink_to(tmp_path / "outside")
    with pytest.raises(Refused, match="outside the repository; make it a directory"):
        await start_task(context, description="Add a login")
    assert list((tmp_path / "outside").iterdir()) == []


@pytest.mark.parametrize("folder", [".claude", ".claude/worktrees"])
async def test_a_task_cannot_start_where_our_folder_is_a_link_to_where_git_would_show_our_files(
    context: Context, repository: TestRepository, folder: str
) -> None:
    (repository.path / "agents").mkdir()
    (repository.path / folder).parent.mkdir(exist_ok=True)
    (repository.path / folder).symlink_to(repository.path / "agents")
    with pytest.raises(Refused, match=r"agents, where git would not hide .*; make it a directory"):
        await start_task(context, description="Add a login")
    assert list((repository.path / "agents").iterdir()) == []


async def test_a_directory_beside_the_worktrees_of_a_bare_repository_has_no_files_to_work_on(
    context_at: MakeContext, tmp_path: Path
) -> None:
    bare, worktree = bare_with_worktree(tmp_path)
    (tmp_path / ".git").write_text(f"gitdir: {bare.path}\n")
    with pytest.raises(BadInput, match=r"has no files to work on.*'git worktree list' names them"):
        await start_task(context_at(tmp_path), description="Add a login")
    started = await start_task(context_at(worktree.path), description="Add a login")
    assert started.working_directory == str(worktree.path)


async def test_our_folder_of_a_subdirectory_may_be_a_link_within_the_repository(
    context: Context, repository: TestRepository
) -> None:
    repository.write("web/index.html", "")
    (repository.path / ".claude").mkdir(exist_ok=True)
    (repository.path / "web" / ".claude").symlink_to("../.claude")
    started = await start_task(context, description="Add a login", working_directory="web")
    assert started.working_directory == str(repository.path / "web")
