"""A chamber closes for another clone only when its work is proven to be in what has landed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest
from msgspec.structs import replace

from orchestra_core.errors import Refused
from orchestra_core.models import Chamber, Task
from orchestra_server.git.remotes.published_refs import landed_ref
from orchestra_server.git.repository.repository import Repository, open_repository
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.exchange import close_across_clones
from orchestra_server.usecases.exchange.close_across_clones import (
    ask_to_close,
    close_asked,
    finish_asked,
)
from tests.support.conductor.tasks import chamber_of, chambers_open, kinds
from tests.support.git.repositories import TestRepository
from tests.support.samples.documents import a_chamber, a_task

TASK = replace(a_task(), base_branch="main")


@dataclass
class Closings:
    """What was to be closed: the tips that are proven to have landed, and the commit with them."""

    tips: list[Mapping[str, str]] = field(default_factory=list[Mapping[str, str]])
    into: list[str] = field(default_factory=list[str])

    async def close_all(
        self,
        _context: Context,
        _repo: Repository,
        _task: Task,
        _chambers: Sequence[Chamber],
        landed: Mapping[str, str],
        *,
        into: str,
    ) -> None:
        self.tips.append(landed)
        self.into.append(into)


@pytest.fixture
def closings(monkeypatch: pytest.MonkeyPatch) -> Closings:
    closings = Closings()
    monkeypatch.setattr(close_across_clones, "close_all", closings.close_all)
    return closings


@pytest.fixture
def repo(repository: TestRepository) -> Repository:
    return open_repository(repository.path)


def asked(published: str, landed: str) -> Chamber:
    return replace(
        a_chamber(), state="closing", asked_by="1" * 16, published=published, landed=landed
    )


async def test_published_work_that_the_landed_commit_contains_needs_no_save(
    context: Context, repository: TestRepository, repo: Repository, closings: Closings
) -> None:
    published, landed = repository.commit("work"), repository.commit("landed")
    await finish_asked(context, repo, TASK, asked(published, landed))
    assert (closings.tips, closings.into) == ([{"auth": published}], [landed])
    assert repository.git("rev-parse", landed_ref(TASK.id)) == landed


async def test_other_published_work_is_not_taken_for_landed(
    context: Context, repository: TestRepository, repo: Repository, closings: Closings
) -> None:
    landed, later = repository.commit("landed"), repository.commit("later")
    for published in (later, ""):
        await finish_asked(context, repo, TASK, asked(published, landed))
    assert (closings.tips, closings.into) == ([{}, {}], [landed, landed])


async def test_a_later_landed_commit_stays_kept_when_an_earlier_one_is_proven(
    context: Context, repository: TestRepository, repo: Repository, closings: Closings
) -> None:
    earlier, later = repository.commit("earlier"), repository.commit("later")
    for landed in (later, earlier):
        await finish_asked(context, repo, TASK, asked("", landed))
    assert closings.into == [later, earlier]
    assert repository.git("rev-parse", landed_ref(TASK.id)) == later


async def test_a_landed_commit_that_is_not_here_keeps_the_chamber(
    context: Context, repo: Repository, closings: Closings
) -> None:
    with pytest.raises(Refused, match=r"^the commit 111111111111 with the work of chamber 'auth'"):
        await finish_asked(context, repo, TASK, asked("1" * 40, "1" * 40))
    assert closings.into == []


async def test_work_that_is_not_to_land_is_saved_whatever_was_published(
    context: Context, repository: TestRepository, repo: Repository, closings: Closings
) -> None:
    await finish_asked(context, repo, TASK, asked(repository.head, ""))
    assert (closings.tips, closings.into) == ([{}], [""])
    assert repository.git("for-each-ref", "refs/orchestra") == ""


@pytest.mark.parametrize(
    ("landed", "words"), [("", "its work is not to land"), ("c0ffee", "its work has landed")]
)
async def test_only_live_chambers_are_asked_and_their_notes_say_who_closes_them(
    context: Context, repo: Repository, task_id: str, landed: str, words: str
) -> None:
    await chambers_open(context, task_id, ["auth", "api"])
    auth, api = [await chamber_of(context, task_id, name) for name in ("auth", "api")]
    await ask_to_close(context, repo, [auth], landed)
    first = await chamber_of(context, task_id, "auth")
    await ask_to_close(context, repo, [first, api], landed)
    assert await chamber_of(context, task_id, "auth") == first
    for name in ("auth", "api"):
        chamber = await chamber_of(context, task_id, name)
        assert (chamber.asked_by, chamber.landed) == (context.clone, landed)
        assert chamber.note.startswith(f"{words}; clone ")
    before = await kinds(context)
    await ask_to_close(context, repo, [], landed)
    assert await kinds(context) == before


async def test_a_chamber_that_nobody_asks_for_any_more_is_not_closed(
    context: Context, closings: Closings, task_id: str
) -> None:
    await chambers_open(context, task_id, ["auth"])
    live = await chamber_of(context, task_id, "auth")
    await close_asked(context, replace(live, state="closing", asked_by="1" * 16))
    assert closings.into == []
