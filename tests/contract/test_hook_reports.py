"""What the hook tells Redis by itself: stamps of interrupts, and what a worker does."""

import asyncio
import time
from pathlib import Path

import pytest

from orchestra_core.models import Interrupt
from orchestra_core.store.store import Store
from orchestra_server.domain.chamber_lifecycle import HookProbe
from orchestra_server.files.chamber.mailbox import collect_receipts, discard_receipts
from orchestra_server.files.hook_setup.hook_probe import probe_hook
from tests.support.hooks import HookedCheckout, Session, be_patient, hooked_checkout, patient, sent

BASH = {"tool_name": "Bash", "tool_input": {"command": "make\ttest \x1b[31m\n && ls"}}
CHAMBER = "add-login-1a2b/auth"


@pytest.fixture
def checkout(tmp_path: Path, valkey_url: str, project_id: str) -> HookedCheckout:
    return hooked_checkout(tmp_path / "repo", valkey_url, project_id)


@pytest.fixture
def worker(checkout: HookedCheckout) -> Session:
    return patient(checkout.chamber())


async def stamps(store: Store, interrupt_id: str) -> Interrupt:
    return (await store.snapshot()).interrupts[interrupt_id]


async def test_a_delivery_and_the_next_call_are_stamped_in_order(
    store: Store, worker: Session
) -> None:
    await sent(store, worker.directory, "One", "Two")
    before = time.time_ns() // 1_000_000
    worker.fire("PreToolUse", BASH)
    assert (await stamps(store, "i1")).state == "sent"
    worker.fire("PostToolBatch")
    assert [(await stamps(store, one)).state for one in ("i1", "i2")] == ["delivered"] * 2
    worker.fire("PreToolUse", BASH)
    worker.fire("PreToolUse", BASH)
    first = await stamps(store, "i1")
    assert first.state == "acted"
    assert before <= first.delivered_at <= first.acted_at
    kinds = [event.kind for event in await store.events() if event.chamber == "auth"]
    assert kinds.count("interrupt.acted") == 2
    assert collect_receipts(worker.directory) == []


async def test_a_bound_subagent_is_stamped_like_a_worker(
    store: Store, checkout: HookedCheckout
) -> None:
    chamber = patient(checkout.chamber()).directory
    be_patient(checkout.main)
    agent = checkout.subagent()
    await sent(store, chamber, "One")
    agent.fire("PreToolUse", {"tool_input": {"file_path": f"{chamber}/a"}})
    agent.fire("PostToolBatch")
    assert (await stamps(store, "i1")).state == "delivered"
    agent.fire("SubagentStop")
    assert (await stamps(store, "i1")).state == "acted"


async def test_receipts_stand_in_for_a_server_that_is_away_and_are_taken_once(
    store: Store, checkout: HookedCheckout
) -> None:
    away = HookedCheckout(checkout.main, project_id=checkout.project_id)
    worker = Session(away.chamber())
    await sent(store, worker.directory, "One")
    worker.fire("PostToolBatch")
    (receipt,) = collect_receipts(worker.directory)
    await store.stamp_interrupt(receipt.interrupt_id, receipt.state, at=receipt.at, actor="auth")
    assert (await stamps(store, "i1")).delivered_at == receipt.at
    discard_receipts(worker.directory, [receipt])
    assert collect_receipts(worker.directory) == []


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
async def test_each_event_says_what_the_worker_does(
    store: Store,
    worker: Session,
    event: str,
    fields: dict[str, object],
    told: tuple[str, str, str],
) -> None:
    before = time.time_ns() // 1_000_000
    worker.fire(event, fields, "presence")
    presence = (await store.snapshot()).presence[CHAMBER]
    assert (presence.state, presence.tool, presence.detail) == told
    assert before <= presence.since <= time.time_ns() // 1_000_000
    assert await store.activity(CHAMBER, 5) == [presence]


async def test_a_file_is_named_from_the_chamber_and_a_subagent_by_its_id(
    store: Store, checkout: HookedCheckout
) -> None:
    chamber = patient(checkout.chamber()).directory
    be_patient(checkout.main)
    agent = checkout.subagent("a-7")
    agent.fire("PreToolUse", {"tool_input": {"file_path": f"{chamber}/src/a.py"}}, "presence")
    presence = (await store.snapshot()).presence[CHAMBER]
    assert (presence.detail, presence.agent_id) == ("src/a.py", "a-7")
    agent.fire("SubagentStop", {}, "presence")
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
async def test_the_last_words_of_a_worker_are_kept(
    store: Store, worker: Session, event: str, fields: dict[str, object], words: str
) -> None:
    worker.fire(event, fields, "presence")
    assert (await store.snapshot()).presence[CHAMBER].message == words


async def test_a_subagent_starts_with_its_briefing_and_ends_with_its_last_message(
    store: Store, checkout: HookedCheckout
) -> None:
    chamber = patient(checkout.chamber()).directory
    be_patient(checkout.main)
    launched: dict[str, object] = {
        "tool_name": "Agent",
        "tool_input": {"prompt": f"Work in {chamber}."},
        "tool_response": {"status": "async_launched", "agentId": "a-7"},
    }
    Session(checkout.main).fire("PostToolUse", launched, "presence")
    presence = (await store.snapshot()).presence[CHAMBER]
    assert (presence.state, presence.agent_id) == ("starting", "a-7")
    last = {"last_assistant_message": "I wrote a.py."}
    checkout.subagent("a-7").fire("SubagentStop", last, "presence")
    presence = (await store.snapshot()).presence[CHAMBER]
    assert (presence.state, presence.message) == ("finished", "I wrote a.py.")


async def test_the_hook_says_in_a_handshake_that_it_reaches_redis(
    store: Store, checkout: HookedCheckout
) -> None:
    chamber = checkout.chamber()
    answer = await asyncio.to_thread(
        probe_hook, chamber, CHAMBER, checkout.main, checkout.main / ".git"
    )
    assert answer == HookProbe(ready=True)
    assert (await store.snapshot()).presence == {}


async def test_the_conductor_and_a_workers_subagent_do_not_end_a_workers_presence(
    store: Store, checkout: HookedCheckout, worker: Session
) -> None:
    worker.fire("PreToolUse", BASH, "presence")
    before = (await store.snapshot()).presence[CHAMBER]
    Session(worker.directory, agent_id="inner").fire("SubagentStop", {}, "presence")
    Session(checkout.main).fire("Stop", {}, "presence")
    assert (await store.snapshot()).presence[CHAMBER] == before


async def test_a_blocked_end_is_reported_as_work(store: Store, worker: Session) -> None:
    await sent(store, worker.directory, "Wait")
    worker.fire("Stop", {}, "presence")
    assert worker.fire("Stop").decision == "block"
    assert (await store.snapshot()).presence[CHAMBER].state == "working"
