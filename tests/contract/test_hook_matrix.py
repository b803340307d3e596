"""Every event, for everyone who may fire it, with no mail, one message and many: word for word."""

import json
from pathlib import Path

import pytest

from orchestra_core.text import quoted
from orchestra_server.files.chamber.chamber_files import HOOK
from orchestra_server.files.chamber.mailbox import MAIL, unread
from tests.support.hooks.hooked_checkout import (
    HookedCheckout,
    Session,
    hooked_checkout,
    receipts_of,
    remove_receipts,
    send,
)

WORDS: dict[str, tuple[str, ...]] = {
    "no mail": (),
    "one": ("The id is a UUID",),
    "many": ("First", "Second\nline", "Third «3»"),
}
# What is answered while mail waits: d denies, c adds context, b blocks the end, - says nothing.
# The last two only report presence; FileChanged, which wakes, is in test_hook_readers.py.
ANSWERS = """
who SessionStart UserPromptSubmit PreToolUse PostToolUse PostToolBatch Stop SubagentStop \
SubagentStart Notification
session          c c d c c b - - -
bound-subagent   c c d c c - b - -
unbound-subagent - - - - - - - - -
workers-subagent - - D - - - - - -
conductor        - - - - - - - - -
"""
REPORTED = ("SubagentStart", "Notification")
ROWS = [line.split() for line in ANSWERS.strip().splitlines()]
CASES = [
    (row[0], event, kind)
    for row in ROWS[1:]
    for event, kind in zip(ROWS[0][1:], row[1:], strict=True)
]


@pytest.fixture
def checkout(tmp_path: Path) -> HookedCheckout:
    return hooked_checkout(tmp_path / "repo")


def caller(who: str, checkout: HookedCheckout, chamber: Path) -> Session:
    match who:
        case "session":
            return Session(chamber)
        case "workers-subagent":
            return Session(chamber, agent_id="inner")
        case "conductor":
            return Session(checkout.main)
        case "unbound-subagent":
            return checkout.subagent("elsewhere")
        case _:
            agent = checkout.subagent("bound")
            agent.fire("PreToolUse", {"tool_input": {"path": f"{chamber}/a"}}, "presence")
            return agent


def shown(messages: tuple[str, ...]) -> str:
    return "\n".join(
        f"Message from operator to the worker in chamber auth, sent 2026-09-21T14:13:20Z through "
        f"Orchestra. Asked of you: read this, and adjust what you do next. The message, quoted "
        f"line by line:\n\n{quoted(message)}\n"
        for message in messages
    )


def denied(count: int, kind: str) -> str:
    waits = "a message is" if count == 1 else f"{count} messages are"
    follows = (
        "It is shown to you next: read it, then repeat the call if it is still right."
        if kind == "d"
        else "It is for the agent that started you: report what you have, and end your turn."
    )
    return (
        f"This call did not run, because {waits} waiting for the worker in this chamber (the "
        f"user did not refuse it). {follows}"
    )


def expected(event: str, kind: str, messages: tuple[str, ...]) -> object:
    """The whole of what the hook prints; None for nothing."""
    if not messages or kind == "-":
        return None
    if kind == "b":
        return {"decision": "block", "reason": shown(messages)}
    if kind == "c":
        told = {"additionalContext": shown(messages)}
        return {"hookSpecificOutput": {"hookEventName": event, **told}}
    decision = {"permissionDecision": "deny"}
    decision["permissionDecisionReason"] = denied(len(messages), kind)
    return {"hookSpecificOutput": {"hookEventName": event, **decision}}


@pytest.mark.parametrize(("who", "event", "kind"), CASES)
def test_the_hook_answers_each_event_for_each_reader_and_mailbox(
    checkout: HookedCheckout, who: str, event: str, kind: str
) -> None:
    chamber = checkout.chamber()
    session = caller(who, checkout, chamber)
    for messages in WORDS.values():
        memory = chamber / HOOK.with_suffix(".denied")
        for path in (*chamber.glob(f"{MAIL}*"), memory):
            path.unlink(missing_ok=True)
        remove_receipts(chamber)
        fire(session, event, kind, chamber, messages)


def fire(session: Session, event: str, kind: str, chamber: Path, messages: tuple[str, ...]) -> None:
    ids = [reply.id for reply in send(chamber, *messages)] if messages else []
    subject = "presence" if event in REPORTED else "mail"
    process = session.start(
        event, {"tool_name": "Read", "tool_input": {"file_path": "/a"}}, subject
    )
    stdout, stderr = process.communicate(timeout=30)
    assert (process.returncode, stderr) == (0, b"")
    assert (json.loads(stdout) if stdout else None) == expected(event, kind, messages)
    taken = kind in "cb" and bool(messages)
    assert unread(chamber) == ([] if taken else ids)
    stamped = [(receipt.interrupt_id, receipt.state) for receipt in receipts_of(chamber)]
    assert sorted(stamped) == ([(identifier, "delivered") for identifier in ids] if taken else [])
    denied_before = chamber / HOOK.with_suffix(".denied")
    assert denied_before.exists() == (kind == "d" and bool(messages))
    mail_files = sorted(chamber.glob(f"{MAIL}*"))
    if not taken:
        assert [path.name for path in mail_files] == ([MAIL] if messages else [])
        return
    (memory,) = mail_files
    assert memory.name.startswith(f"{MAIL}.delivered")
    remembered = json.loads(memory.read_text())
    assert remembered == {"reader": f"{session.session_id}/{session.agent_id}", "ids": ids}
