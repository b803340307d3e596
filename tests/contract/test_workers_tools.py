"""Orchestra's tools are the conductor's: hooks deny a worker's call, and the server refuses it."""

import sys
from pathlib import Path

import pytest

from orchestra_core.settings import Settings
from orchestra_server.files.hook.tool_guard import note_path
from orchestra_server.files.hook_setup.hook_settings import BINDINGS
from orchestra_server.files.installation.install import initialise
from tests.support.conductor.orchestration import in_memory
from tests.support.git.repositories import small_repository
from tests.support.hooks.hooked_checkout import HookAnswer, HookedCheckout, Session, hooked_checkout


@pytest.fixture
def checkout(tmp_path: Path) -> HookedCheckout:
    return hooked_checkout(tmp_path / "repo")


def calling(tool: str = "get_task_status", **arguments: str) -> dict[str, object]:
    name = f"mcp__orchestration__{tool}"
    return {"tool_name": name, "tool_use_id": "toolu_7", "tool_input": arguments}


def noted(checkout: HookedCheckout) -> bool:
    spool = str(checkout.common_dir / "orchestra" / "spool")
    return Path(note_path(spool, "toolu_7")).exists()


@pytest.mark.parametrize("who", ["session", "inner", "subagent", "subagent in its chamber"])
def test_a_workers_call_is_denied_and_noted(checkout: HookedCheckout, who: str) -> None:
    auth = checkout.chamber()
    worker, place = Session(auth), dict[str, object]()
    if who == "inner":
        worker = Session(auth, agent_id="inner")
    elif who == "subagent":
        worker = checkout.subagent()
        reading = {"tool_name": "Read", "tool_input": {"file_path": f"{auth}/a.py"}}
        worker.fire("PreToolUse", reading, "presence")
    elif who == "subagent in its chamber":
        worker, place = checkout.subagent(), {"cwd": f"{auth}/src"}
    denial = worker.fire("PreToolUse", {**calling(), **place}, "tools").denial
    assert denial == (
        "This call did not run, but the user did not refuse it: get_task_status is the "
        "conductor's, and you are the worker of chamber auth, so write what the others must know "
        f"into {auth}/.DISCOVERY, a line each: info, important or critical, then the fact."
    )
    assert noted(checkout)


def test_the_conductor_and_a_subagent_without_a_chamber_may_call(checkout: HookedCheckout) -> None:
    auth = checkout.chamber()
    asked = calling("close_chamber", chamber="auth", reason=f"{auth} is done")
    for session in (Session(checkout.main), checkout.subagent("free")):
        assert session.fire("PreToolUse", asked, "tools") == HookAnswer()
    assert not noted(checkout)
    assert not list((checkout.main / BINDINGS).glob("*"))


async def test_the_server_refuses_a_call_that_a_hook_has_noted(
    settings: Settings, tmp_path: Path
) -> None:
    main = small_repository((tmp_path / "shop").resolve(), {"a.py": "1\n"}).path
    initialise(main, Path(sys.executable))
    Session(HookedCheckout(main).chamber()).fire("PreToolUse", calling(), "tools")
    async with in_memory(settings, main) as conductor:
        for call_id, is_workers in (("toolu_7", True), ("toolu_8", False)):
            answer = await conductor.client.call_tool(
                "get_task_status", {"task_id": "x"}, meta={"claudecode/toolUseId": call_id}
            )
            assert answer.is_error
            assert ("is the conductor's" in str(answer.content)) is is_workers
        assert "'x'" in await conductor.error("get_task_status", {"task_id": "x"})
