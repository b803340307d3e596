"""The entry point: a client's settings call `run` with a subject; its JSON is on stdin."""

import os
import sys

from orchestra_server.files.hook.answer_events import handle_mail
from orchestra_server.files.hook.bash_guard import guard_bash
from orchestra_server.files.hook.closed_chamber import answer_closed
from orchestra_server.files.hook.find_reader import Reader, find_reader, settings_at
from orchestra_server.files.hook.isolation_guard import guard_write
from orchestra_server.files.hook.json_files import Fields, dump, object_of, parse, text
from orchestra_server.files.hook.other_clients import CLIENTS, find_session, serve_other_client
from orchestra_server.files.hook.requests.ask_operator import answer_request, is_asked
from orchestra_server.files.hook.spool import bind_waiting, continued, leave_report
from orchestra_server.files.hook.tool_guard import find_worker, guard_tool

UNREPORTED = "PostToolBatch"


def run(subject: str, hooks: str) -> None:
    """Handle one event; `subject` is mail, guard, tools, binding, request or another client.

    `hooks` is the folder of the settings, in the chamber or the main checkout. For a binding,
    finding the reader is enough, because that binds a subagent to its chamber.
    """
    try:
        raw = sys.stdin.buffer.read()
        payload = object_of(parse(raw))
        own = settings_at(os.path.dirname(os.path.dirname(hooks)))
        bind_waiting(own)
        reader = reader_for(subject, own, payload)
        event = text(payload.get("hook_event_name"))
        if reader is None:
            return
        reader.own, reader.spool = own, reader.spool or text(own.get("spool"))
        if reader.is_closed:
            if subject == "mail":
                answer_closed(event, reader)
        elif event == "Handshake":
            answer_probe(reader, payload)
        elif subject == "guard":
            guard_write(reader, payload)
            guard_bash(reader, payload)
        elif subject == "tools":
            guard_tool(reader, payload)
        elif subject == "request":
            answer_request(reader, payload)
        elif subject == "mail" or subject in CLIENTS:
            serve_mail(subject, reader, payload, raw)
    finally:  # a failing hook must not make its worker fail
        os._exit(0)  # at once, without an error about a closed pipe


def reader_for(subject: str, own: Fields, payload: Fields) -> Reader | None:
    """Return the worker whose event it is; None for the conductor and for strangers."""
    if subject in CLIENTS:
        return find_session(own, payload)
    session_root = os.environ.get("CLAUDE_PROJECT_DIR", "")
    if subject != "tools":
        return find_reader(own, payload, session_root)
    # Names in the arguments of our own tools bind nobody.
    reader = find_reader(own, {**payload, "tool_input": {}}, session_root)
    return find_worker(own, payload, reader)


def serve_mail(subject: str, reader: Reader, payload: Fields, raw: bytes) -> None:
    """Answer with waiting mail, and report what the worker does from this event on."""
    event, report = text(payload.get("hook_event_name")), raw
    is_other_client = subject in CLIENTS
    try:
        if is_other_client:
            is_continued = serve_other_client(subject, event, reader, payload)
        else:
            is_continued = handle_mail(event, reader)
        report = continued(payload) if is_continued else raw
    finally:
        if event != UNREPORTED or is_asked(reader.spool):
            leave_report(reader.own, subject if is_other_client else "claude", event, report)


def answer_probe(reader: Reader, payload: Fields) -> None:
    """Print which chamber this hook serves and whether it can write to the spool."""
    answer: Fields = {
        "handshake": payload.get("nonce"),
        "chamber_id": reader.chamber.get("chamber_id"),
        "spool_writable": os.access(reader.spool, os.W_OK),
    }
    sys.stdout.write(dump(answer))
    sys.stdout.flush()
