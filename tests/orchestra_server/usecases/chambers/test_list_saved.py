import pytest
from msgspec.structs import replace

from orchestra_core.change import Change
from orchestra_core.errors import Unknown
from orchestra_core.events import Event, EventData
from orchestra_core.models import Chamber
from orchestra_core.names import saved_ref
from orchestra_core.store.reads import Reads
from orchestra_server.usecases.chambers.list_saved import list_of_task, list_saved
from orchestra_server.usecases.common.transaction import Context
from tests.support.git.repositories import TestRepository
from tests.support.samples.documents import NOON, a_chamber, a_task, starting

CHAMBER = a_chamber()
OLDER = saved_ref(CHAMBER.task_id, CHAMBER.name, NOON)
NEWER = saved_ref(CHAMBER.task_id, CHAMBER.name, NOON + 60_000)
OTHERS = saved_ref("other-task-2b3c", "api", NOON + 1_000)


async def record(context: Context, chamber: Chamber) -> None:
    event = Event(
        at=NOON,
        kind="chamber.closed",
        task_id=chamber.task_id,
        chamber=chamber.name,
        data=EventData(chamber=chamber),
    )

    async def decide(_: Reads) -> Change:
        return Change(events=(*starting(a_task()).events, event))

    await context.store.transact(decide)


@pytest.fixture
def saves(repository: TestRepository) -> None:
    for ref in (OLDER, NEWER, OTHERS):
        repository.git("update-ref", ref, "HEAD")


@pytest.mark.usefixtures("saves")
async def test_every_save_is_listed_newest_first(context: Context) -> None:
    listed = await list_saved(context)
    assert [save.ref for save in listed.saved] == [NEWER, OTHERS, OLDER]
    assert all(save.restorable for save in listed.saved)
    assert "the store does not know this chamber" in listed.saved[0].note


@pytest.mark.usefixtures("saves")
async def test_only_the_saves_of_the_given_task_are_listed(context: Context) -> None:
    assert [save.ref for save in (await list_saved(context, CHAMBER.task_id)).saved] == [
        NEWER,
        OLDER,
    ]
    assert [save.ref for save in (await list_of_task(context, CHAMBER.task_id)).saved] == [
        NEWER,
        OLDER,
    ]


@pytest.mark.usefixtures("saves")
async def test_the_last_save_has_the_chambers_note_and_older_ones_are_marked_as_earlier(
    context: Context,
) -> None:
    await record(context, replace(CHAMBER, state="closed", saved_ref=NEWER, note="saved"))
    entries = (await list_saved(context, CHAMBER.task_id)).saved
    assert [entry.note for entry in entries] == ["saved", "an earlier save"]


@pytest.mark.usefixtures("saves")
async def test_the_saves_of_a_live_chamber_say_that_it_has_to_be_closed_first(
    context: Context,
) -> None:
    await record(context, replace(CHAMBER, state="live"))
    listed = await list_saved(context, CHAMBER.task_id)
    assert not any(save.restorable for save in listed.saved)
    assert "the chamber is live again; close it before" in listed.saved[0].note
    assert listed.next_step.startswith("Nothing is saved that can be restored")


async def test_a_task_unknown_to_the_store_and_without_saves_is_an_error(context: Context) -> None:
    with pytest.raises(Unknown, match="there is no task 'no-such-task'"):
        await list_of_task(context, "no-such-task")
