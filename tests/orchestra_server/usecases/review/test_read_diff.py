"""What is read of a chamber's diff."""

import os

import pytest
from msgspec.structs import replace

from orchestra_core.errors import Refused
from orchestra_core.names import chamber_id
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.review.read_diff import DiffReading, as_unicode, read_diff
from tests.support.git.repositories import TestRepository


async def test_the_table_takes_the_place_of_the_patch(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    auth.commit("tokens", {"auth.py": "tokens\n"})
    state = await context.store.snapshot()
    task, chamber = state.tasks[task_id], state.chambers[chamber_id(task_id, "auth")]
    patch = await read_diff(context, task, chamber, DiffReading(part="committed"))
    table = await read_diff(context, task, chamber, DiffReading(part="committed", stat=True))
    assert "+tokens" in patch.diff
    assert table.diff.splitlines()[-1] == " 1 file changed, 1 insertion(+)"
    assert patch.files == table.files == []


async def test_a_chamber_of_another_clone_is_refused_with_the_clones_name(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    assert auth.path.exists()
    state = await context.store.snapshot()
    chamber = replace(state.chambers[chamber_id(task_id, "auth")], clone="another")
    with pytest.raises(Refused, match="only that clone has its files"):
        await read_diff(context, state.tasks[task_id], chamber, DiffReading(part="committed"))


async def test_bytes_that_are_no_utf_8_are_replaced_in_text_and_paths(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    (auth.path / os.fsdecode(b"caf\xe9.txt")).write_bytes(b"caf\xe9\n")
    state = await context.store.snapshot()
    task, chamber = state.tasks[task_id], state.chambers[chamber_id(task_id, "auth")]
    diff = as_unicode(
        await read_diff(context, task, chamber, DiffReading(part="all", with_files=True))
    )
    assert [file.path for file in diff.files] == ["caf\N{REPLACEMENT CHARACTER}.txt"]
    assert "+caf\N{REPLACEMENT CHARACTER}\n" in diff.diff
