"""The answers to a client's events: deny a call, block the end of a turn, or add context.

`.INTERRUPT.delivered…` lists what a reader was shown, until its next call or the end of its turn;
then the interrupt counts as acted on. While `.INTERRUPT.suspended` exists, every tool is denied.
"""

import os
import sys
import time

from orchestra_server.files.hook.find_reader import HOOKS, MAIL, Reader
from orchestra_server.files.hook.json_files import (
    Fields,
    dump,
    items_of,
    one_line,
    quoted,
    read_json,
    remove,
    text,
    write_json,
)
from orchestra_server.files.hook.spool import leave_receipt
from orchestra_server.files.hook.take_mail import letters_in, mail_text, take_mail, waiting_mail

SAME_BATCH_S = 5  # seconds; a call later than this after the first denial belongs to a new batch
# Without this a model may take the denial for the user's answer, and end its turn.
NOT_RUN = "This call did not run, but the user did not refuse it"
SHOWS_CONTEXT = ("SessionStart", "UserPromptSubmit", "PostToolBatch", "PostToolUse")


def handle_mail(event: str, reader: Reader) -> bool:
    """Deny, block or inform while there is mail; note mail whose reader has continued.

    Return whether the end of a turn was blocked, so that the turn continues.
    """
    if reader.takes_mail and event in ("PreToolUse", "SessionStart", reader.ends_by):
        note_acted(event, reader)
    if event == "PreToolUse":
        deny_call(reader)
    elif reader.takes_mail and event == reader.ends_by and deliver_mail(event, reader):
        remove(reader.idle)
        return True
    elif reader.takes_mail and event in SHOWS_CONTEXT:
        deliver_mail(event, reader)
    return False


def deny_call(reader: Reader) -> None:
    """Deny a tool call while mail waits; the text is shown when the batch of calls ends.

    If a client does not report ends of batches, calls would be denied forever, so a later denial
    delivers the text.
    """
    suspended = read_suspension(reader)
    letters = [letter for path in waiting_mail(reader) for letter in letters_in(path)]
    if not letters or not os.access(reader.root, os.W_OK):
        if suspended:
            print_answer("PreToolUse", reader, suspended)
        return
    last_denial = reader.place(HOOKS, "interrupt_monitor.denied")
    count = "a message is" if len(letters) == 1 else f"{len(letters)} messages are"
    reason = (
        f"This call did not run, because {count} waiting for the worker in this chamber (the "
        "user did not refuse it). "
    )
    if not reader.takes_mail:
        reason += "It is for the agent that started you: report what you have, and end your turn."
    else:
        reason += "It is shown to you next: read it, then repeat the call if it is still right."
        if read_json(last_denial).get("id") != text(letters[0].get("id")):
            write_json(last_denial, {"id": text(letters[0].get("id"))})
        elif time.time() - os.stat(last_denial).st_mtime > SAME_BATCH_S:
            deliver_mail("PreToolUse", reader)
            return
    print_answer("PreToolUse", reader, reason)


def read_suspension(reader: Reader) -> str:
    """Return why the tools of this chamber are denied, "" if they are not."""
    path = reader.place(f"{MAIL}.suspended")
    if not os.path.lexists(path):
        return ""
    suspension = read_json(path)
    sender = one_line(text(suspension.get("from")), 200) or "an unnamed sender"
    message = one_line(text(suspension.get("message")), 1_000)
    reason = f" The reason given:\n{quoted(message)}" if message else ""
    return (
        f"This call did not run: {sender} has suspended the work in chamber {reader.name}. "
        "No tool runs here until the work is resumed. Report how far you are and end your turn."
        f"{reason}"
    )


def deliver_mail(event: str, reader: Reader) -> bool:
    """Take the mail, print it, then move the claims away as receipts: a kill loses nothing."""
    letters, claims = take_mail(reader)
    if letters:
        print_answer(event, reader, mail_text(reader, letters))
    try:
        ids = [text(letter.get("id")) for letter in letters if text(letter.get("id"))]
        if ids:
            previous = read_json(reader.delivered)
            is_same_reader = previous.get("reader") == reader.key
            earlier_ids = items_of(previous.get("ids")) if is_same_reader else []
            write_json(reader.delivered, {"reader": reader.key, "ids": [*earlier_ids, *ids]})
    finally:
        for claim in claims:
            leave_receipt(reader, claim, "delivered")
    return bool(letters)


def note_acted(event: str, reader: Reader) -> None:
    """Leave a receipt for what this reader was shown before; a new session just forgets that."""
    delivered = read_json(reader.delivered)
    if delivered.get("reader") == reader.key:
        leave_receipt(reader, reader.delivered, "acted")
    elif delivered and event == "SessionStart":
        remove(reader.delivered)


def print_answer(event: str, reader: Reader, message: str) -> None:
    """Print the answer to an event and flush it, before any file is removed."""
    as_context = event in SHOWS_CONTEXT or (event == reader.ends_by and reader.context_continues)
    answer = hook_answer(event, reader.gemini_event, message, as_context=as_context)
    sys.stdout.write(dump(answer))
    sys.stdout.flush()


def hook_answer(event: str, gemini_event: str, message: str, *, as_context: bool) -> Fields:
    """Return the answer to an event in the form that its client reads."""
    client_event = gemini_event or event
    if as_context:
        context: Fields = {"hookEventName": client_event, "additionalContext": message}
        return {"hookSpecificOutput": context}
    if gemini_event:
        return {"decision": "deny", "reason": message}
    if event == "PreToolUse":
        denial: Fields = {"permissionDecision": "deny", "permissionDecisionReason": message}
        return {"hookSpecificOutput": {"hookEventName": client_event, **denial}}
    return {"decision": "block", "reason": message}
