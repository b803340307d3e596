"""Where the diff of a chamber comes from, through its whole life."""

import shutil

import pytest

from orchestra_core.errors import Unknown
from orchestra_core.names import chamber_id
from orchestra_core.replies.review import ChamberDiff, DiffPart
from orchestra_server.usecases.chambers.close_chamber import close_chamber
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion.complete_task import complete_task
from orchestra_server.usecases.review.read_diff import DiffReading, read_diff
from tests.support.git.repositories import TestRepository


async def diff_of(context: Context, task_id: str, part: DiffPart) -> ChamberDiff:
    state = await context.store.snapshot(task_id)
    chamber = state.chambers[chamber_id(task_id, "auth")]
    return await read_diff(
        context, state.tasks[task_id], chamber, DiffReading(part=part, with_files=True)
    )


async def files(context: Context, task_id: str, part: DiffPart) -> list[str]:
    return [file.path for file in (await diff_of(context, task_id, part)).files]


@pytest.fixture
def worked_in(auth: TestRepository) -> TestRepository:
    auth.commit("tokens", {"committed.py": "tokens\n"})
    auth.write("open.py", "open\n")
    return auth


async def test_committed_and_uncommitted_work_of_a_live_chamber_are_apart(
    context: Context, task_id: str, worked_in: TestRepository
) -> None:
    committed = await diff_of(context, task_id, "committed")
    assert [file.path for file in committed.files] == ["committed.py"]
    assert (committed.new, committed.uncommitted) == (worked_in.head, 1)
    assert await files(context, task_id, "uncommitted") == ["open.py"]
    assert await files(context, task_id, "all") == ["committed.py", "open.py"]


async def test_a_chamber_whose_directory_is_gone_shows_its_commits(
    context: Context, task_id: str, worked_in: TestRepository
) -> None:
    shutil.rmtree(worked_in.path)
    assert await files(context, task_id, "committed") == ["committed.py"]
    assert await files(context, task_id, "uncommitted") == []


async def test_a_closed_chamber_shows_what_is_saved_of_it(
    context: Context, task_id: str, worked_in: TestRepository
) -> None:
    closed = await close_chamber(context, task_id=task_id, chamber="auth")
    assert not worked_in.path.exists()
    committed = await diff_of(context, task_id, "committed")
    assert committed.saved_ref == closed.saved_ref
    assert [file.path for file in committed.files] == ["committed.py"]
    assert committed.uncommitted == 1
    assert await files(context, task_id, "uncommitted") == ["open.py"]
    assert await files(context, task_id, "all") == ["committed.py", "open.py"]


async def test_a_landed_chamber_shows_what_it_brought_to_its_branch(
    context: Context, repository: TestRepository, task_id: str, worked_in: TestRepository
) -> None:
    assert worked_in.head
    done = await complete_task(context, task_id=task_id, summary="Add a login")
    repository.commit("later", {"later.py": "later\n"})
    committed = await diff_of(context, task_id, "committed")
    assert committed.landed == done.landed_commit
    assert sorted(file.path for file in committed.files) == ["committed.py", "open.py"]
    assert await files(context, task_id, "uncommitted") == []


async def test_a_landed_chamber_of_a_rewritten_branch_is_said_to_be_gone(
    context: Context, repository: TestRepository, task_id: str, worked_in: TestRepository
) -> None:
    first = repository.head
    assert worked_in.head != first
    await complete_task(context, task_id=task_id, summary="Add a login")
    repository.git("reset", "--quiet", "--hard", first)
    with pytest.raises(Unknown, match="no commit on main is its landing"):
        await diff_of(context, task_id, "committed")
