"""Orchestra's hook for other agents' clients: their events and answers in the words of the first.

Codex speaks as Claude Code does; Gemini CLI has other names and answers; opencode's plugin asks in
Codex's words. None of them tells of the end of a batch of calls, so here a denial carries the text
at once.
"""

import os
import sys

TYPE_CHECKING = False  # as in interrupt_monitor.py
if TYPE_CHECKING:
    from orchestra_server.files import interrupt_monitor as hook
    from orchestra_server.files.interrupt_reader import (
        Fields,
        Reader,
        dump,
        handle_presence,
        object_of,
        parse,
        read_json,
        text,
    )
else:
    import interrupt_monitor as hook
    from interrupt_reader import *

GEMINI = {
    "BeforeTool": "PreToolUse",
    "AfterTool": "PostToolUse",
    "BeforeAgent": "UserPromptSubmit",
    "AfterAgent": "Stop",
}
REPORTED = ("SessionStart", "UserPromptSubmit", "Stop", "Notification", "SessionEnd")


def run(agent: str) -> None:
    """Read a client's JSON, answer it, and report what its worker does."""
    try:
        payload = object_of(parse(sys.stdin.buffer.read()))
        name = text(payload.get("hook_event_name"))
        event = GEMINI.get(name, name)
        payload["hook_event_name"] = event
        if agent == "gemini":
            payload["last_assistant_message"] = payload.get("prompt_response")
        hooks = os.path.dirname(os.path.abspath(__file__))
        own = read_json(os.path.join(hooks, hook.SETTINGS))
        reader = hook.find_reader(own, hooks, payload) if own else None
        if agent == "gemini":
            hook.say = lambda answered, words: say_gemini(name, answered, words)
        if reader is not None and event in REPORTED:
            handle_presence(event, reader, payload)
        if reader is not None and event == "PreToolUse":
            deny(reader)
        elif reader is not None:
            hook.handle_mail(event, reader)
    finally:  # a hook never fails a worker, whatever goes wrong
        os._exit(0)


def deny(reader: Reader) -> None:
    """Keep a tool from running while mail waits, with the text itself as the reason."""
    hook.note_acted("PreToolUse", reader)
    its_own = reader.takes_mail and os.access(reader.root, os.W_OK)
    if not (its_own and hook.deliver("PreToolUse", reader)):
        hook.deny(reader)


def say_gemini(name: str, event: str, words: str) -> None:
    """Print the answer to an event as Gemini CLI reads it."""
    answer: Fields = {"decision": "deny", "reason": words}
    if event in hook.INFORMED:
        answer = {"hookSpecificOutput": {"hookEventName": name, "additionalContext": words}}
    sys.stdout.write(dump(answer))
    sys.stdout.flush()
