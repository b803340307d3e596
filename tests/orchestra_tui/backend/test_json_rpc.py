"""Requests and answers over a pipe."""

import asyncio
from pathlib import Path

import msgspec

from tests.support.room.supervised_server import running


async def test_answers_may_arrive_out_of_order(tmp_path: Path) -> None:
    async with running(tmp_path) as supervised:
        slow = asyncio.create_task(supervised.link.call("hang", {}))
        await supervised.link.call("echo", {})
        assert not slow.done()
        slow.cancel()


async def test_other_messages_are_ignored_and_the_servers_requests_are_answered(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as supervised:
        ping, roots = msgspec.json.decode(
            await supervised.link.call("chatter", {}), type=list[dict[str, object]]
        )
        assert (ping["id"], ping["result"]) == ("s1", {})
        assert roots["id"] == "s2"
        assert "error" in roots
