"""While complete_task closes its chambers, nobody else waits, and it can be cancelled."""

import asyncio
from pathlib import Path

import pytest

from orchestra_server.usecases.chambers import save_and_remove
from orchestra_server.usecases.chambers.close_chamber import close_chamber
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion.complete_task import complete_task
from orchestra_server.usecases.concurrency.chamber_lock import is_chamber_locked
from orchestra_server.usecases.reconcile.reconcile import reconcile
from tests.support.conductor.tasks import a_started_task, chamber_of, chambers_open, until_told
from tests.support.git.repositories import TestRepository, until_exists
from tests.support.waiting import until

SUMMARY = "Add a login"


class HeldFilter:
    """A clean filter that, once the landing is done, waits for `go` in chamber api."""

    def __init__(self, repository: TestRepository, scratch: Path) -> None:
        self._repository, self._hold = repository, scratch / "hold"
        self.asked, self.go = scratch / "asked", scratch / "go"
        wait = f"touch {self.asked}; {until_exists(self.go)}"
        program = scratch / "slow-filter"
        program.write_text(
            f"#!/bin/sh\nif [ -e {self._hold} ]; then case $PWD in *api) {wait};; esac; fi\n"
            "exec cat\n"
        )
        program.chmod(0o755)
        repository.commit("rules", {".gitattributes": "*.slow filter=slow\n", "a.slow": "1\n"})
        repository.git("config", "filter.slow.clean", str(program))

    def hold_after_landing(self, chamber: TestRepository) -> None:
        """Have git's look at this chamber run the filter, by a file time that it does not know."""
        old = f"touch -d 2001-01-01 {chamber.path}/a.slow"
        self._repository.hook("post-merge", f"{old}; touch {self._hold}")


@pytest.fixture
def held_filter(repository: TestRepository, tmp_path: Path) -> HeldFilter:
    return HeldFilter(repository, tmp_path)


async def test_others_create_close_and_reconcile_while_a_landed_chamber_is_moved_aside(
    context: Context, repository: TestRepository, held_filter: HeldFilter
) -> None:
    task_id, other = await a_started_task(context), await a_started_task(context, "Docs")
    chambers = await chambers_open(context, task_id, ["auth", "api"])
    chambers["auth"].commit("work", {"auth.py": "auth\n"})
    held_filter.hold_after_landing(chambers["api"])
    completing = asyncio.create_task(complete_task(context, task_id=task_id, summary=SUMMARY))
    await until(held_filter.asked.exists)
    assert not chambers["api"].path.exists()  # it is examined where no worker reaches it

    assert (await reconcile(context, dry_run=True)).differences == []
    assert (await reconcile(context)).differences == []
    await chambers_open(context, other, ["docs"])
    assert (await close_chamber(context, task_id=other, chamber="docs")).closed
    assert (await chamber_of(context, task_id, "api")).state == "closing"

    held_filter.go.touch()
    done = await completing
    assert (done.completed, done.merged) == (True, ["auth", "api"])
    assert (await chamber_of(context, task_id, "api")).note == "its work is merged"
    assert (repository.branches, repository.status) == (["main"], "")
    assert not is_chamber_locked(repository.path / ".git", "api")


async def test_a_cancelled_call_leaves_what_is_not_closed_yet_to_the_next(
    context: Context,
    repository: TestRepository,
    held_filter: HeldFilter,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(save_and_remove, "_AT_ONCE", 1)
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["auth", "api", "docs"])
    chambers["auth"].commit("work", {"auth.py": "auth\n"})
    held_filter.hold_after_landing(chambers["api"])
    completing = asyncio.create_task(complete_task(context, task_id=task_id, summary=SUMMARY))
    await until(held_filter.asked.exists)
    completing.cancel()
    await until_told(context, "task.reopened")

    assert repository.read("auth.py") == "auth\n"
    auth, api, docs = [await chamber_of(context, task_id, name) for name in chambers]
    assert (auth.state, api.state, docs.state) == ("closed", "live", "live")
    assert "(the repository's own programs) was cancelled and was ended" in api.note
    assert docs.note == (
        "could not be closed: the call was cancelled before chamber 'docs' was closed"
    )
    assert chambers["api"].read("a.slow") == "1\n"

    held_filter.go.touch()
    done = await complete_task(context, task_id=task_id, summary=SUMMARY)
    assert done.completed
    closed = [await chamber_of(context, task_id, name) for name in chambers]
    assert [chamber.state for chamber in closed] == ["closed"] * 3
    assert (repository.branches, repository.status) == (["main"], "")


async def test_a_hook_that_hangs_at_the_end_of_a_branch_holds_nobody_and_keeps_the_branch(
    context: Context, repository: TestRepository, tmp_path: Path
) -> None:
    asked = tmp_path / "asked"
    task_id, other = await a_started_task(context), await a_started_task(context, "Docs")
    chambers = await chambers_open(context, task_id, ["auth", "api"])
    chambers["auth"].commit("work", {"auth.py": "auth\n"})
    chambers["api"].commit("work", {"api.py": "api\n"})
    repository.hook(
        "reference-transaction",
        '[ "$1" = prepared ] || exit 0\nwhile read -r old new ref; do case "$new$ref" in '
        f"0*refs/heads/orchestra/{task_id}/*) touch {asked}; sleep 100;; esac; done",
    )
    completing = asyncio.create_task(complete_task(context, task_id=task_id, summary=SUMMARY))
    await until(asked.exists)
    await chambers_open(context, other, ["docs"])
    completing.cancel()
    await until_told(context, "task.completed")
    notes = [(await chamber_of(context, task_id, name)).note for name in ("auth", "api")]
    assert notes == [
        f"its work is merged; branch orchestra/{task_id}/{name} is kept" for name in ("auth", "api")
    ]
