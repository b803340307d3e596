"""Which save a name means, and what the operator sees while it is restored."""

import asyncio
import io
import sys
from pathlib import Path

import pytest

from orchestra_core.errors import BadInput, Unknown
from orchestra_core.replies.chambers import SavedListEntry
from orchestra_core.settings import Settings
from orchestra_server.usecases.chambers.close_chamber import close_chamber
from orchestra_tui.command_line.arguments import read_options
from orchestra_tui.command_line.command_context import CommandContext
from orchestra_tui.command_line.commands.restore import named, run
from orchestra_tui.command_line.open_project import open_project
from tests.support.conductor.tasks import a_started_task, chambers_open
from tests.support.git.repositories import TestRepository, small_repository, until_exists
from tests.support.waiting import until


def a_save(task_id: str, chamber: str, at: int, *, restorable: bool = True) -> SavedListEntry:
    return SavedListEntry(
        task_id=task_id,
        chamber=chamber,
        ref=f"refs/orchestra/saved/{task_id}/{chamber}/{at}",
        closed_at="",
        restorable=restorable,
        note="",
    )


SAVED = [
    a_save("t-1", "auth", 9),
    a_save("t-1", "auth", 5),
    a_save("t-2", "auth", 4),
    a_save("t-1", "api", 3),
    a_save("t-1", "gone", 2, restorable=False),
]


def test_a_ref_names_task_chamber_and_save() -> None:
    assert named("refs/orchestra/saved/t-1/auth/5", SAVED) == (
        "t-1", "auth", "refs/orchestra/saved/t-1/auth/5",
    )  # fmt: skip


def test_task_and_chamber_name_the_newest_save() -> None:
    assert named("t-1/auth", SAVED) == ("t-1", "auth", "refs/orchestra/saved/t-1/auth/9")


def test_a_chamber_without_its_task_is_enough_if_it_is_the_only_one() -> None:
    assert named("api", SAVED) == ("t-1", "api", "refs/orchestra/saved/t-1/api/3")


def test_a_chamber_of_several_tasks_is_refused_with_all_of_them() -> None:
    with pytest.raises(BadInput, match="name one: t-1/auth, t-2/auth"):
        named("auth", SAVED)


def test_the_error_for_an_unknown_chamber_lists_the_restorable_ones() -> None:
    with pytest.raises(Unknown, match=r"saved: t-1/api, t-1/auth, t-2/auth$"):
        named("gone", SAVED)
    with pytest.raises(Unknown, match=r"saved: nothing is$"):
        named("auth", [])


def test_an_unknown_chamber_with_its_task_has_no_ref() -> None:
    assert named("t-1/gone", SAVED) == ("t-1", "gone", "")
    assert named("t-9/auth", SAVED) == ("t-9", "auth", "")


async def a_closed_chamber(place: CommandContext) -> str:
    """Close a chamber with work; return the words that name it."""
    async with open_project(place) as context:
        task_id = await a_started_task(context)
        chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
        chamber.write("auth.py", "tokens\n")
        await close_chamber(context, task_id=task_id, chamber="auth")
    return f"{task_id}/auth"


async def test_landing_says_which_program_it_waits_for(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository, go = small_repository(tmp_path / "shop"), tmp_path / "go"
    place = CommandContext(repository.path, settings)
    options = read_options(["restore", await a_closed_chamber(place)])
    repository.hook("post-checkout", until_exists(go))
    said, printed = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stderr", said)
    monkeypatch.setattr(sys, "stdout", printed)
    restoring = asyncio.create_task(asyncio.to_thread(run, place, options))
    try:
        await until(lambda: "waiting" in said.getvalue() or restoring.done())
    finally:
        go.touch()
    assert await restoring == 0
    assert said.getvalue() == ("orchestra: waiting for the post-checkout hook in chamber 'auth'\n")
    chamber = TestRepository(repository.path / ".claude" / "worktrees" / "auth")
    assert printed.getvalue().endswith(f" is back: {chamber.path}\n")
    assert chamber.read("auth.py") == "tokens\n"
