"""A decision is taken again when what it read has changed, and its last answer counts."""

import pytest
from msgspec.structs import replace

from orchestra_core.change import Change
from orchestra_core.errors import Refused
from orchestra_core.store.reads import Reads
from orchestra_server.usecases.common.transaction import Context, Decision, run_transaction
from tests.support.conductor.tasks import kinds
from tests.support.samples.documents import a_task, starting, task_started


async def commit(context: Context, change: Change) -> None:
    async def decide(_reads: Reads) -> Change:
        return change

    await context.store.transact(decide)


async def test_the_answer_is_that_of_the_decision_which_was_committed(context: Context) -> None:
    task = a_task("t-1")
    await commit(context, starting(task))
    seen = list[str]()

    async def decide(reads: Reads) -> Decision[str]:
        current = await reads.task("t-1")
        assert current is not None
        seen.append(current.description)
        if len(seen) == 1:  # another server is quicker
            quicker = task_started(replace(task, description="by another"))
            await commit(context, Change(events=(quicker,)))
        summarised = replace(current, summary=f"of {current.description}")
        return Decision(current.description, Change(events=(task_started(summarised),)))

    assert await run_transaction(context.store, decide) == "by another"
    assert seen == [task.description, "by another"]
    assert (await context.store.snapshot()).tasks["t-1"].summary == "of by another"


async def test_a_decision_without_a_change_returns_its_answer_and_adds_no_event(
    context: Context,
) -> None:
    async def decide(_reads: Reads) -> Decision[int]:
        return Decision(7)

    assert await run_transaction(context.store, decide) == 7
    assert await kinds(context) == []


async def test_an_error_of_the_decision_changes_nothing(context: Context) -> None:
    async def decide(_reads: Reads) -> Decision[None]:
        raise Refused("not today")

    with pytest.raises(Refused, match="not today"):
        await run_transaction(context.store, decide)
    assert await kinds(context) == []
