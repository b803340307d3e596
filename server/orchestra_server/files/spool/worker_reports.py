"""Reports: a client's JSON for an event, and the worker's presence that it shows."""

import os

import msgspec

from orchestra_core.models import Presence
from orchestra_core.process.process_mark import process_mark
from orchestra_server.files.clients.client_transcript import subagent_transcript
from orchestra_server.files.hook.cut_report import parse_report
from orchestra_server.files.hook.find_reader import Reader, find_reader, settings_at
from orchestra_server.files.hook.json_files import (
    Fields,
    items_of,
    object_of,
    one_line,
    text,
)
from orchestra_server.files.hook.other_clients import CLIENTS, claude_event, find_session
from orchestra_server.files.hook.spool import HEAD_PARTS, note_end

# A worker's subagent counts only by its tools: its own start and end are not the worker's.
_OF_ANY_AGENT = frozenset(("PreToolUse", "PostToolUse"))
# These do not prove that a session is in a turn; a subagent always is.
_SAY_LITTLE = frozenset(("SessionStart", *_OF_ANY_AGENT))
_DETAIL_FIELDS = ("file_path", "notebook_path", "path", "command", "pattern", "url", "description")
_LAST_WORDS = ("last_assistant_message", "error_details", "error")
_NS_PER_MS = 1_000_000
_PATH_LIMIT = 4_096
_NOTICE, _KILLED = "<task-notification>", "<status>killed</status>"
_KILLED_EVENT = "SubagentKilled"
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
    _KILLED_EVENT: "killed",
}
_ASKING_TOOL = "AskUserQuestion"
_PERMISSION_NOTICES = ("permission_prompt", "worker_permission_prompt")
_QUESTION_NOTICES = ("elicitation_dialog", "elicitation_url_dialog", "agent_needs_input")


class TornReportError(ValueError):
    """A report that is incomplete, perhaps because it is still being written."""


def read_report(raw: bytes, written_ns: int) -> Presence | None:
    """Return the presence that a report shows; None if it is not a worker's.

    It also binds a subagent to its chamber and notes its end, as a hook would. Raises
    TornReportError.
    """
    parts = raw.split(b"\0", HEAD_PARTS)
    if len(parts) <= HEAD_PARTS:
        raise TornReportError("its head is incomplete")
    root, session_root, source = (os.fsdecode(part) for part in parts[:HEAD_PARTS])
    client, _, process = source.partition(":")
    try:
        payload = object_of(parse_report(parts[HEAD_PARTS]))
    except (ValueError, RecursionError) as fault:
        raise TornReportError("it is not JSON") from fault
    own, event = settings_at(root), text(payload.get("hook_event_name"))
    try:
        if client in CLIENTS:
            reader = find_session(own, payload)
            event = claude_event(client, event, reader, payload) if reader else event
        else:
            reader = _killed(own, payload, session_root) or find_reader(own, payload, session_root)
            event = text(payload.get("hook_event_name"))  # find_reader renames a subagent's start
        if reader is None or reader.is_closed:
            return None
        presence = describe(event, reader, payload)
        note_end("SubagentStop" if event == _KILLED_EVENT else event, reader)
    except OSError:
        return None  # its chamber is gone, or is being removed
    if presence is None:
        return None
    presence |= {"since": written_ns // _NS_PER_MS, "agent_id": one_line(reader.agent_id, 200)}
    presence["chamber_id"] = text(reader.chamber.get("chamber_id"))
    presence["session"] = one_line(text(payload.get("session_id")), 200)
    presence["is_unprompted"] = event in _SAY_LITTLE and not reader.agent_id
    presence |= {"transcript": _transcript(reader, payload), "process": _mark(process)}
    return msgspec.convert(presence, Presence)


def _killed(own: Fields, payload: Fields, session_root: str) -> Reader | None:
    """Return the subagent that the conductor is told was killed; None if there is none.

    No other event shows that: the notice is the next prompt of the session that started it.
    """
    prompt = text(payload.get("prompt"))
    is_notice = payload.get("hook_event_name") == "UserPromptSubmit" and _NOTICE in prompt
    if not is_notice or _KILLED not in prompt:
        return None
    agent_id = prompt.partition("<task-id>")[2].partition("</task-id>")[0].strip()
    told: Fields = {**payload, "agent_id": agent_id}
    reader = find_reader(own, told, session_root) if agent_id else None
    if reader is not None:
        payload["hook_event_name"] = _KILLED_EVENT
    return reader


def _transcript(reader: Reader, payload: Fields) -> str:
    """Return the file of the worker's own conversation; "" if its client names none."""
    path = text(payload.get("transcript_path"))[:_PATH_LIMIT]
    return subagent_transcript(path, reader.agent_id) if path and reader.memory else path


def _mark(process: str) -> str:
    return process_mark(int(process)) if process.isdecimal() else ""


def describe(event: str, reader: Reader, payload: Fields) -> Fields | None:
    """Return what the worker does from this event on; None if the event does not show it."""
    tool = one_line(text(payload.get("tool_name")), 80)
    if event == "PreToolUse":
        return {"state": "working", "tool": tool, "detail": _detail(reader, payload)}
    if event == "PermissionRequest":
        asks = "question" if tool == _ASKING_TOOL else "permission"
        asked: Fields = {"tool": tool, "detail": _detail(reader, payload), "asks": asks}
        return {"state": "waiting", **asked}
    if not reader.takes_mail and event not in _OF_ANY_AGENT:
        return None
    if event == "Notification":
        words = text(payload.get("message"))
        asks = _asks(text(payload.get("notification_type")), words)
        noticed: Fields = {"state": "waiting", "tool": tool, "detail": one_line(words, 200)}
        return noticed | {"asks": asks} if asks else None
    if event not in _STATES:
        return None
    last = next(filter(None, (text(payload.get(name)) for name in _LAST_WORDS)), "")
    last = "" if event == "PostToolUse" else one_line(last, 1_000)
    return {"state": _STATES[event], **({"message": last} if last else {})}


def _detail(reader: Reader, payload: Fields) -> str:
    return call_detail(reader.root, object_of(payload.get("tool_input")))


def call_detail(root: str, tool_input: Fields) -> str:
    """Return what a tool is called with: its first question, command, or path below `root`."""
    named = next(filter(None, (text(tool_input.get(name)) for name in _DETAIL_FIELDS)), "")
    detail = (_question(tool_input) or named)[:2_000].replace(f"{root}/", "")
    return one_line(detail, 200)


def _asks(kind: str, words: str) -> str:
    """Return what a worker waits for according to a notice, "" for any other notice.

    Older clients do not name the kind.
    """
    if kind in _QUESTION_NOTICES:
        return "question"
    is_permission = kind in _PERMISSION_NOTICES or (not kind and "permission" in words.lower())
    return "permission" if is_permission else ""


def _question(tool_input: Fields) -> str:
    """Return the first question of a call that asks the person, "" for any other call."""
    first = next(iter(items_of(tool_input.get("questions"))), None)
    return text(object_of(first).get("question"))
