"""Other agents' clients: their events and answers in the words of the first.

Codex speaks as Claude Code does; Gemini CLI has other names and answers; opencode's plugin asks in
Codex's words. None of them tells of the end of a batch of calls, so here a denial carries the text
at once.
"""

import os

from orchestra_server.files.hook.client_answers import deliver, deny, handle_mail, note_acted
from orchestra_server.files.hook.mail_reader import Reader, chamber_in
from orchestra_server.files.hook.plain_files import Fields, text
from orchestra_server.files.hook.presence import handle_presence

CLIENTS = ("codex", "gemini", "opencode")
GEMINI = {
    "BeforeTool": "PreToolUse",
    "AfterTool": "PostToolUse",
    "BeforeAgent": "UserPromptSubmit",
    "AfterAgent": "Stop",
}
REPORTED = ("SessionStart", "UserPromptSubmit", "Stop", "Notification", "SessionEnd")


def find_session(own: Fields, payload: Fields) -> Reader | None:
    """Return the worker whose session stands in a chamber, None for any other session.

    Codex asks the main checkout's hook in all worktrees; the others ask the chamber's own.
    """
    root = text(own.get("root"))
    if own.get("mode") == "chamber":
        return Reader(own, payload)
    chamber = chamber_in(f"{text(payload.get('cwd'))}/", root, root)
    return Reader(chamber, payload) if chamber else None


def serve_other_client(client: str, event: str, reader: Reader, payload: Fields) -> None:
    """Answer a client's event, and report what its worker does."""
    if client == "gemini":
        reader.gemini_event, event = event, GEMINI.get(event, event)
        payload["last_assistant_message"] = payload.get("prompt_response")
    if event in REPORTED:
        handle_presence(event, reader, payload)
    if event == "PreToolUse":
        deny_with_text(reader)
    else:
        handle_mail(event, reader)


def deny_with_text(reader: Reader) -> None:
    """Keep a tool from running while mail waits, with the text itself as the reason."""
    note_acted("PreToolUse", reader)
    its_own = reader.takes_mail and os.access(reader.root, os.W_OK)
    if not (its_own and deliver("PreToolUse", reader)):
        deny(reader)
