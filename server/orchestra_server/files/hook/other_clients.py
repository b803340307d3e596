"""The clients of other agents: their events are translated to Claude Code's.

Codex has Claude Code's events and answers; Gemini CLI has other names and answers; opencode's
plugin sends Codex's events. None of them reports the end of a batch of calls, so here a denial
contains the text of the mail.
"""

import os

from orchestra_server.files.hook.answer_events import (
    deliver_mail,
    deny_call,
    handle_mail,
    note_acted,
)
from orchestra_server.files.hook.find_reader import Reader, chamber_in
from orchestra_server.files.hook.json_files import Fields, text

CLIENTS = ("codex", "gemini", "opencode")
GEMINI_EVENTS = {
    "BeforeTool": "PreToolUse",
    "AfterTool": "PostToolUse",
    "BeforeAgent": "UserPromptSubmit",
    "AfterAgent": "Stop",
}


def find_session(own: Fields, payload: Fields) -> Reader | None:
    """Return the worker whose session was started in a chamber; None for any other session.

    Codex runs the main checkout's hook in all worktrees; the others run the chamber's own.
    """
    root = text(own.get("root"))
    if own.get("mode") == "chamber":
        return Reader(own, payload)
    chamber = chamber_in(f"{text(payload.get('cwd'))}/", root, root)
    return Reader(chamber, payload) if chamber else None


def serve_other_client(client: str, event: str, reader: Reader, payload: Fields) -> bool:
    """Answer a client's event; return whether the end of a turn was blocked."""
    event = claude_event(client, event, reader, payload)
    if event != "PreToolUse":
        return handle_mail(event, reader)
    deny_with_text(reader)
    return False


def claude_event(client: str, event: str, reader: Reader, payload: Fields) -> str:
    """Return Claude Code's name for a client's event; rename Gemini's field of the last message."""
    if client != "gemini":
        return event
    reader.gemini_event = event
    payload["last_assistant_message"] = payload.get("prompt_response")
    return GEMINI_EVENTS.get(event, event)


def deny_with_text(reader: Reader) -> None:
    """Deny a tool call while mail waits, with the text of the mail as the reason."""
    note_acted("PreToolUse", reader)
    can_take_mail = reader.takes_mail and os.access(reader.root, os.W_OK)
    if not (can_take_mail and deliver_mail("PreToolUse", reader)):
        deny_call(reader)
