"""Verdicts are recorded in chambers' documents, never of content that is there no longer."""

from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.gates.chamber_verdicts import ChamberVerdicts
from tests.support.conductor.tasks import a_started_task, chamber_of, chambers_open
from tests.support.git.repositories import TestRepository


async def test_a_verdict_on_content_that_is_there_no_longer_is_dropped(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    await chambers_open(context, task_id, ("auth", "api", "docs"))
    auth, api, docs = (f"{task_id}/{name}" for name in ("auth", "api", "docs"))
    holds = {auth: "new", api: "same", docs: "same"}
    verdicts = ChamberVerdicts(context, holds.get)
    await verdicts.record(
        dict.fromkeys((auth, api, docs), "green"), {auth: "old", api: "same", docs: "same"}
    )
    await verdicts.record({auth: "awaited"}, {auth: "new"})
    await verdicts.record({auth: "green"}, {auth: "old"})

    async def recorded() -> list[str]:
        return [
            (await chamber_of(context, task_id, name)).verdict for name in ("auth", "api", "docs")
        ]

    assert await recorded() == ["awaited", "green", "green"]
    await verdicts.replace("awaited", "unjudged")
    assert await recorded() == ["unjudged", "green", "green"]
