"""What the client is answered: a call is denied, an end is blocked, or the model is told.

What a reader was shown stands in `.INTERRUPT.delivered…` until its next call or the end of its
turn, which is when the interrupt counts as acted on. `.INTERRUPT.suspended` keeps every tool still.
"""

import os
import sys
import time

from orchestra_server.files.hook.mail import letters_in, shown, take, waiting
from orchestra_server.files.hook.mail_reader import HOOKS, MAIL, SETTINGS, Reader, chamber_in
from orchestra_server.files.hook.plain_files import (
    Fields,
    dump,
    items_of,
    object_of,
    one_line,
    read_json,
    remove,
    text,
    write_json,
)
from orchestra_server.files.hook.presence import report, stamp

SAME_BATCH_S = 5  # mail denied longer ago was denied in an earlier batch of calls
INFORMED = ("SessionStart", "UserPromptSubmit", "PostToolBatch", "PostToolUse")


def handle_mail(event: str, reader: Reader) -> None:
    """Answer one event: deny, block or inform while there is mail, and note who went on."""
    if reader.takes_mail and event in ("PreToolUse", "SessionStart", reader.ends_by):
        note_acted(event, reader)
    if event == "PreToolUse":
        deny(reader)
    elif reader.takes_mail and event == reader.ends_by and deliver(event, reader):
        remove(reader.idle)
        report(reader, "working", since=time.time_ns() // 1_000_000)  # it goes on after all
    elif reader.takes_mail and event in INFORMED:
        deliver(event, reader)


def deny(reader: Reader) -> None:
    """Keep a tool from running while mail waits; the end of the batch shows the text.

    A client without an end of batches would be denied for ever: it gets the text the second time.
    """
    pause = read_suspension(reader)
    letters = [letter for path in waiting(reader) for letter in letters_in(path)]
    if not letters or not os.access(reader.root, os.W_OK):
        if pause:
            say("PreToolUse", reader, pause)
        return
    memory = reader.place(HOOKS, "interrupt_monitor.denied")
    count = "a message is" if len(letters) == 1 else f"{len(letters)} messages are"
    reason = f"This call did not run, because {count} waiting for the worker in this chamber. "
    if not reader.takes_mail:
        reason += "It is for the agent that started you: report what you have, and end your turn."
    else:
        reason += "It follows at once; read it, then repeat the call if it still fits."
        if read_json(memory).get("id") != text(letters[0].get("id")):
            write_json(memory, {"id": text(letters[0].get("id"))})
        elif time.time() - os.stat(memory).st_mtime > SAME_BATCH_S:
            deliver("PreToolUse", reader)
            return
    say("PreToolUse", reader, reason)


def read_suspension(reader: Reader) -> str:
    """Return why no tool of this chamber runs at the moment, "" when they do."""
    place = reader.place(f"{MAIL}.suspended")
    if not os.path.lexists(place):
        return ""
    pause = read_json(place)
    sender = text(pause.get("from")) or "the operator"
    words = one_line(text(pause.get("message")), 1_000)
    return (
        f"This call did not run: {sender} has suspended the work in chamber {reader.name}"
        f"{f' ({words})' if words else ''}. No tool runs here until it is resumed. "
        "Say where you stand and end your turn."
    )


def guard(reader: Reader, payload: Fields) -> None:
    """Deny a write that would land in the main checkout or another chamber, and name the place.

    A call that mail or a suspension stops anyway is left to them.
    """
    given, cwd = object_of(payload.get("tool_input")), text(payload.get("cwd"))
    named = text(given.get("file_path")) or text(given.get("notebook_path"))
    place, main = os.path.realpath(os.path.join(cwd, named)), os.path.realpath(reader.main)
    inside = [f"{place}/".startswith(f"{os.path.realpath(one)}/") for one in (main, reader.root)]
    if not named or not reader.main or inside != [True, False]:
        return
    settings = read_json(os.path.join(main, HOOKS, SETTINGS))
    if settings.get("isolation") is False or waiting(reader) or read_suspension(reader):
        return
    other = chamber_in(f"{place}/", main, main)
    whose = f"chamber {other.get('chamber')}" if other else "the main checkout"
    right = reader.place(os.path.relpath(place, text(other.get("root")) or main))
    reason = (
        f"This call did not run: {place} lies in {whose}, and you work in chamber {reader.name}. "
        f"Write to {right} instead."
    )
    say("PreToolUse", reader, reason)


def deliver(event: str, reader: Reader) -> bool:
    """Take the mail, print it, tell Redis; the claims go last, so that a kill loses nothing."""
    letters, claims = take(reader)
    if letters:
        say(event, reader, shown(reader, letters))
    try:
        ids = [text(letter.get("id")) for letter in letters if text(letter.get("id"))]
        if ids:
            before = read_json(reader.delivered)
            kept = items_of(before.get("ids")) if before.get("reader") == reader.key else []
            write_json(reader.delivered, {"reader": reader.key, "ids": [*kept, *ids]})
            stamp(reader, ids, "delivered")
    finally:
        for claim in claims:
            os.unlink(claim)
    return bool(letters)


def note_acted(event: str, reader: Reader) -> None:
    """Stamp what this reader was given before: it has gone on since. A new session only forgets."""
    memory = read_json(reader.delivered)
    its_own = memory.get("reader") == reader.key
    if its_own:
        stamp(reader, list(map(text, items_of(memory.get("ids")))), "acted")
    if memory and (its_own or event == "SessionStart"):
        remove(reader.delivered)


def say(event: str, reader: Reader, words: str) -> None:
    """Print the answer to an event, so that it is out before anything is cleared away."""
    informed = event in INFORMED or (event == reader.ends_by and reader.goes_on_informed)
    sys.stdout.write(dump(answer_to(event, reader.gemini_event, words, informed=informed)))
    sys.stdout.flush()


def answer_to(event: str, gemini_event: str, words: str, *, informed: bool) -> Fields:
    """Return the answer to an event in the form that its client reads."""
    named = gemini_event or event
    if informed:
        return {"hookSpecificOutput": {"hookEventName": named, "additionalContext": words}}
    if gemini_event:
        return {"decision": "deny", "reason": words}
    if event == "PreToolUse":
        denied: Fields = {"permissionDecision": "deny", "permissionDecisionReason": words}
        return {"hookSpecificOutput": {"hookEventName": named, **denied}}
    return {"decision": "block", "reason": words}
