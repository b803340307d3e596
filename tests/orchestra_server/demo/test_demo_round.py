"""A round of the demo calls the conductor's tools in their order."""

from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from mcp.types import TextContent

from orchestra_core.replies.completion import CompletedTask
from orchestra_core.replies.reply import Reply
from orchestra_server.demo.demo_round import DemoRound, ToolFailed
from orchestra_server.demo.stories.story import Story
from tests.support.gallery.scene_states import TASK
from tests.support.samples.landing_answers import CONFLICTING, LANDED
from tests.support.samples.tool_answers import created_chambers, started_task

if TYPE_CHECKING:
    from collections.abc import Mapping

STORY = Story(request="Add a thing", summary="Added", assignments={})


class PlayedClient:
    """Answers each tool from a table, complete_task one after the other."""

    def __init__(self, *landings: CompletedTask, refusal: str = "") -> None:
        self.called: list[str] = []
        self._landings = [*landings]
        self._refusal = refusal
        self._answers: Mapping[str, Reply] = {
            "start_task": started_task(TASK, "simple"),
            "create_chambers_batch": created_chambers(),
        }

    async def call_tool(self, tool: str, _arguments: dict[str, object]) -> Any:
        self.called.append(tool)
        if self._refusal:
            text = TextContent(type="text", text=self._refusal)
            return SimpleNamespace(is_error=True, content=[text], structured_content=None)
        reply = self._answers.get(tool, Reply(next_step=""))
        if tool == "complete_task":
            reply = self._landings.pop(0)
        content = msgspec.to_builtins(reply)
        return SimpleNamespace(is_error=False, content=[], structured_content=content)


def round_with(client: Any, directory: Path) -> DemoRound:
    return DemoRound(client, directory, 0.0, STORY, 1)


async def test_a_task_goes_through_its_phases_to_its_landing(tmp_path: Path) -> None:
    client = PlayedClient(LANDED["complete_task"])
    await round_with(client, tmp_path).play()
    assert client.called == [
        "start_task",
        "advance_phase",
        "create_chambers_batch",
        "advance_phase",
        "advance_phase",
        "advance_phase",
        "complete_task",
    ]


async def test_a_landing_that_conflicts_is_tried_once_more(tmp_path: Path) -> None:
    client = PlayedClient(CONFLICTING["complete_task"], CONFLICTING["complete_task"])
    await round_with(client, tmp_path).play()
    assert client.called[-2:] == ["complete_task", "complete_task"]


async def test_a_refused_call_ends_the_round(tmp_path: Path) -> None:
    client = PlayedClient(refusal="no room")
    with pytest.raises(ToolFailed, match="start_task: no room"):
        await round_with(client, tmp_path).play()
    assert client.called == ["start_task"]
