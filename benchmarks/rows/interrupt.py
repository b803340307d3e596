"""An interrupt: from the conductor's or the operator's call to the file in the chamber."""

import asyncio

from benchmarks.alternating import by_turns_async, taken_ms
from benchmarks.places import a_place
from benchmarks.row import Aim, Budget, Finding, Row, finding
from benchmarks.serving import EMPTY, ORCHESTRA, call, sent_ms, served
from orchestra_core.project import find_project
from orchestra_core.store.opening import open_store


def measure(budget: Budget) -> list[Finding]:
    """Send messages over stdio, each into an empty mailbox."""
    return asyncio.run(_measure(budget))


async def _measure(budget: Budget) -> list[Finding]:
    with a_place() as place:
        directory = place.repository().path
        async with (
            open_store(find_project(directory).id, place.settings) as store,
            served(EMPTY, place, directory) as empty,
            served(ORCHESTRA, place, directory) as client,
        ):
            task_id = (await call(client, "start_task", {"description": "Add a login"})).task_id
            made = {"task_id": task_id, "chamber_names": ["auth"]}
            await call(client, "create_chambers_batch", made)
            chamber = directory / ".claude" / "worktrees" / "auth"
            sent, floor = await by_turns_async(
                (
                    lambda: sent_ms(client, store, chamber, task_id, "Use S256 only"),
                    lambda: taken_ms(call(empty, "nothing", {"task_id": task_id})),
                ),
                budget.seconds(8),
                least=5,
            )
    return [
        finding(
            "sent over stdio, answered and in the file", "ms", sent, Aim(20, absolute=True),
            versus="an empty tool", against=floor,
        )
    ]  # fmt: skip


ROW = Row(
    "interrupt",
    "How long after the call an interrupt lies in the chamber, where its worker's hook looks.",
    measure,
)
