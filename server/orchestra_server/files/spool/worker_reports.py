"""Reports: a client's JSON of an event, and the worker's presence that it shows."""

import os

import msgspec

from orchestra_core.models import Presence
from orchestra_server.files.hook.find_reader import Reader, find_reader, settings_at
from orchestra_server.files.hook.json_files import (
    Fields,
    object_of,
    one_line,
    parse,
    text,
)
from orchestra_server.files.hook.other_clients import CLIENTS, claude_event, find_session
from orchestra_server.files.hook.spool import HEAD_PARTS, note_end

_STATES = {
    "SessionStart": "starting",
    "SubagentStart": "starting",
    "UserPromptSubmit": "working",
    "Continued": "working",
    "PostToolUse": "working",
    "Stop": "idle",
    "StopFailure": "failed",
    "SubagentStop": "finished",
    "SessionEnd": "finished",
}
# A worker's subagent counts only by its tools: its own start and end are not the worker's.
_OF_ANY_AGENT = frozenset(("PreToolUse", "PostToolUse"))
_DETAIL_FIELDS = ("file_path", "notebook_path", "path", "command", "pattern", "url", "description")
_LAST_WORDS = ("last_assistant_message", "error_details", "error")
_NS_PER_MS = 1_000_000


class TornReportError(ValueError):
    """A report that is incomplete, perhaps because it is still being written."""


def read_report(raw: bytes, written_ns: int) -> Presence | None:
    """Return the presence that a report shows, None if it is no worker's.

    It also binds a subagent to its chamber and notes its end, as a hook would. Raises
    TornReportError.
    """
    parts = raw.split(b"\0", HEAD_PARTS)
    if len(parts) <= HEAD_PARTS:
        raise TornReportError("its head is incomplete")
    root, session_root, client = (os.fsdecode(part) for part in parts[:HEAD_PARTS])
    try:
        payload = object_of(parse(parts[HEAD_PARTS]))
    except (ValueError, RecursionError) as fault:
        raise TornReportError("it is not JSON") from fault
    own, event = settings_at(root), text(payload.get("hook_event_name"))
    try:
        if client in CLIENTS:
            reader = find_session(own, payload)
            event = claude_event(client, event, reader, payload) if reader else event
        else:
            reader = find_reader(own, payload, session_root)
            event = text(payload.get("hook_event_name"))  # find_reader renames a subagent's start
        if reader is None or reader.is_closed:
            return None
        presence = describe(event, reader, payload)
        note_end(event, reader)
    except OSError:
        return None  # its chamber is gone, or is being removed
    if presence is None:
        return None
    presence |= {"since": written_ns // _NS_PER_MS, "agent_id": one_line(reader.agent_id, 200)}
    presence["chamber_id"] = text(reader.chamber.get("chamber_id"))
    return msgspec.convert(presence, Presence)


def describe(event: str, reader: Reader, payload: Fields) -> Fields | None:
    """Return what the worker does from this event on, None if the event does not show it."""
    tool = one_line(text(payload.get("tool_name")), 80)
    if event == "PreToolUse":
        tool_input = object_of(payload.get("tool_input"))
        detail = next(filter(None, (text(tool_input.get(name)) for name in _DETAIL_FIELDS)), "")
        detail = detail[:2_000].replace(f"{reader.root}/", "")
        return {"state": "working", "tool": tool, "detail": one_line(detail, 200)}
    if not reader.takes_mail and event not in _OF_ANY_AGENT:
        return None
    if event == "Notification":
        words = text(payload.get("message"))
        kind = f"{text(payload.get('notification_type'))} {words}".lower()
        is_asking = "permission" in kind
        asked: Fields = {"state": "waiting", "tool": tool, "detail": one_line(words, 200)}
        return asked if is_asking else None
    if event not in _STATES:
        return None
    last = next(filter(None, (text(payload.get(name)) for name in _LAST_WORDS)), "")
    last = "" if event == "PostToolUse" else one_line(last, 1_000)
    return {"state": _STATES[event], **({"message": last} if last else {})}
