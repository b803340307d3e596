"""`orchestra start` and `orchestra stop`, as the daemon and the command line run them."""

import pytest

from orchestra_core.errors import BadInput
from orchestra_server.commands.chambers.start import check_start, started_lines, stopped_lines
from orchestra_server.usecases.common.transaction import Context
from tests.support.conducting import a_started_task, chambers_open


def test_a_name_that_no_chamber_has_is_refused_at_once() -> None:
    with pytest.raises(BadInput, match="'UP' is not allowed"):
        check_start("UP")


async def test_an_agent_is_started_and_stopped_by_its_chambers_name(context: Context) -> None:
    task = await a_started_task(context)
    await chambers_open(context, task, ["auth"])

    async def start() -> str:
        return await started_lines(context, "auth", "", agent="", policy="edits", text="Begin")

    assert f"claude is being started in auth ({task})." in await start()
    assert "claude runs already in auth" in await start()
    assert "is being stopped; its work" in await stopped_lines(context, "auth", "")
