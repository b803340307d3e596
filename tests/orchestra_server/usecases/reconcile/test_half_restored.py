"""Reconcile takes away what an interrupted restore left, and nothing saved is lost."""

from pathlib import Path

from msgspec.structs import replace

from orchestra_core.change import Change
from orchestra_core.events import Event, EventData
from orchestra_core.store.reads import Reads
from orchestra_server.usecases.chambers.close_chamber import close_chamber
from orchestra_server.usecases.chambers.restore_chamber import restore_chamber
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.reconcile.reconcile import reconcile
from tests.support.conductor.tasks import a_started_task, chamber_of, chambers_open
from tests.support.git.repositories import TestRepository, small_repository
from tests.support.samples.documents import NOON


async def restored_but_not_noted(context: Context, task_id: str, name: str) -> None:
    """Restore a closed chamber, and put its record back to how it was."""
    closed = await chamber_of(context, task_id, name)
    await restore_chamber(context, task_id=task_id, chamber=name)
    restored = await chamber_of(context, task_id, name)
    gone = replace(restored, state="closed", saved_ref=closed.saved_ref)
    event = Event(at=NOON, kind="chamber.closed", task_id=task_id, data=EventData(chamber=gone))

    async def decide(_: Reads) -> Change:
        return Change(events=(event,), releases={name: restored.id})

    await context.store.transact(decide)


async def test_a_chamber_with_a_half_restored_submodule_is_saved_and_removed(
    context: Context, repository: TestRepository, tmp_path: Path
) -> None:
    maths = small_repository(tmp_path / "maths-origin", {"maths.txt": "1 + 1\n"})
    allowed = ("-c", "protocol.file.allow=always")
    repository.git(*allowed, "submodule", "--quiet", "add", str(maths.path), "maths")
    repository.commit("maths")
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    chamber.write("maths/maths.txt", "2 + 2\n")
    before = chamber.status
    await close_chamber(context, task_id=task_id, chamber="auth")
    await restored_but_not_noted(context, task_id, "auth")
    TestRepository(chamber.path / "maths").git("add", "maths.txt")  # before its index is put back

    mended = await reconcile(context)

    assert [(difference.name, difference.note) for difference in mended.differences] == [
        ("half-restored chamber", "")
    ]
    assert not chamber.path.exists()
    await restore_chamber(context, task_id=task_id, chamber="auth")
    assert (chamber.status, chamber.read("maths/maths.txt")) == (before, "2 + 2\n")
