"""What hooks leave in the spool, as the store has it then: receipts, and what a worker does."""

import asyncio
import time
from pathlib import Path

import pytest

from orchestra_core.models import Interrupt
from orchestra_core.store.store import Store
from orchestra_server.domain.chambers.chamber_lifecycle import HookProbe
from orchestra_server.files.hook_setup.hook_probe import probe_hook
from tests.support.hooks.hooked_checkout import (
    HookedCheckout,
    Session,
    hooked_checkout,
    receipts_of,
    sent,
    take_in,
)

BASH = {"tool_name": "Bash", "tool_input": {"command": "make\ttest \x1b[31m\n && ls"}}
# The clock of a file system goes by ticks of up to 10 ms.
TICK_MS = 10
CHAMBER = "add-login-1a2b/auth"


@pytest.fixture
def checkout(tmp_path: Path, project_id: str) -> HookedCheckout:
    return hooked_checkout(tmp_path / "repo", project_id)


@pytest.fixture
def worker(checkout: HookedCheckout) -> Session:
    return Session(checkout.chamber())


async def stamps(store: Store, checkout: HookedCheckout, interrupt_id: str) -> Interrupt:
    await take_in(store, checkout)
    return (await store.snapshot()).interrupts[interrupt_id]


async def test_a_message_is_stamped_delivered_and_then_acted_on_at_the_next_call(
    store: Store, checkout: HookedCheckout, worker: Session
) -> None:
    await sent(store, worker.directory, "One", "Two")
    before = time.time_ns() // 1_000_000
    worker.fire("PreToolUse", BASH)
    assert (await stamps(store, checkout, "i1")).state == "sent"
    worker.fire("PostToolBatch")
    assert [
        (await stamps(store, checkout, interrupt_id)).state for interrupt_id in ("i1", "i2")
    ] == ["delivered"] * 2
    worker.fire("PreToolUse", BASH)
    worker.fire("PreToolUse", BASH)
    first = await stamps(store, checkout, "i1")
    assert first.state == "acted"
    assert before - TICK_MS <= first.delivered_at <= first.acted_at
    kinds = [event.kind for event in await store.events() if event.chamber == "auth"]
    assert kinds.count("interrupt.acted") == 2
    assert receipts_of(worker.directory) == []


async def test_mail_read_by_a_bound_subagent_is_stamped_as_if_by_the_worker(
    store: Store, checkout: HookedCheckout
) -> None:
    chamber = checkout.chamber()
    agent = checkout.subagent()
    await sent(store, chamber, "One")
    agent.fire("PreToolUse", {"tool_input": {"file_path": f"{chamber}/a"}})
    agent.fire("PostToolBatch")
    assert (await stamps(store, checkout, "i1")).state == "delivered"
    agent.fire("SubagentStop")
    assert (await stamps(store, checkout, "i1")).state == "acted"


async def test_a_receipt_has_the_time_of_the_delivery_and_is_taken_in_once(
    store: Store, checkout: HookedCheckout, worker: Session
) -> None:
    await sent(store, worker.directory, "One")
    worker.fire("PostToolBatch")
    (receipt,) = receipts_of(worker.directory)
    assert (await stamps(store, checkout, "i1")).delivered_at == receipt.at
    assert receipts_of(worker.directory) == []
    history = await store.events()
    await take_in(store, checkout)
    assert await store.events() == history


async def test_of_two_readers_in_one_chamber_the_first_receipt_counts(
    store: Store, checkout: HookedCheckout
) -> None:
    chamber = checkout.chamber()
    agents = [checkout.subagent(name) for name in ("a-1", "a-2")]
    for agent in agents:
        agent.fire("PreToolUse", {"tool_input": {"path": f"{chamber}/a"}}, "presence")
    await sent(store, chamber, "For both")
    for event in ("PostToolBatch", "PreToolUse"):
        for agent in agents:
            agent.fire(event)
    await take_in(store, checkout)
    kinds = [event.kind for event in await store.events() if event.chamber == "auth"]
    assert kinds[-2:] == ["interrupt.delivered", "interrupt.acted"]
    assert kinds.count("interrupt.delivered") == kinds.count("interrupt.acted") == 1


@pytest.mark.parametrize(
    ("event", "fields", "told"),
    [
        ("SessionStart", {}, ("starting", "", "")),
        ("UserPromptSubmit", {"prompt": "go"}, ("working", "", "")),
        ("PreToolUse", BASH, ("working", "Bash", "make test [31m && ls")),
        ("PostToolUse", BASH, ("working", "", "")),
        ("Stop", {}, ("idle", "", "")),
        ("SessionEnd", {"reason": "exit"}, ("finished", "", "")),
        ("StopFailure", {"error": "rate_limit"}, ("failed", "", "")),
        (
            "Notification",
            {"notification_type": "permission_prompt", "message": "May I?"},
            ("waiting", "", "May I?"),
        ),
        (
            "Notification",
            {"message": "Claude needs your permission to use Bash"},
            ("waiting", "", "Claude needs your permission to use Bash"),
        ),
    ],
)
async def test_each_event_reports_what_the_worker_is_doing(
    *,
    store: Store,
    checkout: HookedCheckout,
    worker: Session,
    event: str,
    fields: dict[str, object],
    told: tuple[str, str, str],
) -> None:
    before = time.time_ns() // 1_000_000 - TICK_MS
    worker.fire(event, fields, "presence")
    await take_in(store, checkout)
    presence = (await store.snapshot()).presence[CHAMBER]
    assert (presence.state, presence.tool, presence.detail) == told
    assert before <= presence.since <= time.time_ns() // 1_000_000
    assert await store.activity(CHAMBER, 5) == [presence]


async def test_a_report_names_files_relative_to_the_chamber_and_subagents_by_id(
    store: Store, checkout: HookedCheckout
) -> None:
    chamber = checkout.chamber()
    agent = checkout.subagent("a-7")
    agent.fire("PreToolUse", {"tool_input": {"file_path": f"{chamber}/src/a.py"}}, "presence")
    await take_in(store, checkout)
    presence = (await store.snapshot()).presence[CHAMBER]
    assert (presence.detail, presence.agent_id) == ("src/a.py", "a-7")
    agent.fire("SubagentStop", {}, "presence")
    await take_in(store, checkout)
    assert (await store.snapshot()).presence[CHAMBER].state == "finished"


@pytest.mark.parametrize(
    ("event", "fields", "words"),
    [
        ("Stop", {"last_assistant_message": "All\ndone \x1b[31m"}, "All done [31m"),
        ("Stop", {"last_assistant_message": "x" * 5_000}, "x" * 1_000),
        ("StopFailure", {"error": "rate_limit", "error_details": "429"}, "429"),
        ("StopFailure", {"error": "rate_limit"}, "rate_limit"),
        ("Stop", {}, ""),
    ],
)
async def test_a_report_keeps_the_workers_last_message(
    *,
    store: Store,
    checkout: HookedCheckout,
    worker: Session,
    event: str,
    fields: dict[str, object],
    words: str,
) -> None:
    worker.fire(event, fields, "presence")
    await take_in(store, checkout)
    assert (await store.snapshot()).presence[CHAMBER].message == words


async def test_a_subagents_reports_hold_its_briefing_at_the_start_and_its_last_message_at_the_end(
    store: Store, checkout: HookedCheckout
) -> None:
    chamber = checkout.chamber()
    launched: dict[str, object] = {
        "tool_name": "Agent",
        "tool_input": {"prompt": f"Work in {chamber}."},
        "tool_response": {"status": "async_launched", "agentId": "a-7"},
    }
    Session(checkout.main).fire("PostToolUse", launched, "presence")
    await take_in(store, checkout)
    presence = (await store.snapshot()).presence[CHAMBER]
    assert (presence.state, presence.agent_id) == ("starting", "a-7")
    last = {"last_assistant_message": "I wrote a.py."}
    checkout.subagent("a-7").fire("SubagentStop", last, "presence")
    await take_in(store, checkout)
    presence = (await store.snapshot()).presence[CHAMBER]
    assert (presence.state, presence.message) == ("finished", "I wrote a.py.")


async def test_the_hook_reports_in_a_probe_that_it_can_write_to_the_spool(
    store: Store, checkout: HookedCheckout
) -> None:
    chamber = checkout.chamber()
    answer = await asyncio.to_thread(
        probe_hook, chamber, CHAMBER, checkout.main, checkout.main / ".git"
    )
    assert answer == HookProbe(ready=True)
    assert (await store.snapshot()).presence == {}


async def test_the_end_of_the_conductor_or_of_a_subagent_does_not_end_a_workers_presence(
    store: Store, checkout: HookedCheckout, worker: Session
) -> None:
    worker.fire("PreToolUse", BASH, "presence")
    await take_in(store, checkout)
    before = (await store.snapshot()).presence[CHAMBER]
    Session(worker.directory, agent_id="inner").fire("SubagentStop", {}, "presence")
    Session(checkout.main).fire("Stop", {}, "presence")
    await take_in(store, checkout)
    assert (await store.snapshot()).presence[CHAMBER] == before


async def test_a_turn_whose_end_was_blocked_is_reported_as_working(
    store: Store, checkout: HookedCheckout, worker: Session
) -> None:
    await sent(store, worker.directory, "Wait")
    assert worker.fire("Stop").decision == "block"
    await take_in(store, checkout)
    assert (await store.snapshot()).presence[CHAMBER].state == "working"
