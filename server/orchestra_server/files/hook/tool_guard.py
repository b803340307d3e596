"""Reserves Orchestra's tools for the conductor: denies a worker's call, and notes it.

A note is a file named by the id of the call, which the server gets with the call from the client.
"""

import os
import time

from orchestra_server.files.hook.answer_events import NOT_RUN, print_answer, read_suspension
from orchestra_server.files.hook.find_reader import DISCOVERY, Reader, chamber_in
from orchestra_server.files.hook.json_files import (
    Fields,
    file_name_part,
    remove,
    text,
    write_json,
)
from orchestra_server.files.hook.take_mail import age, waiting_mail

TOOL_PREFIX = "mcp__orchestration__"
WORKER_CALLS = "worker-calls"  # next to the spool
NOTE_AGE_S = 600  # seconds after which a note is removed: its call ended long ago
NOTE_NAME_LENGTH = 128


def guard_tool(reader: Reader, payload: Fields) -> None:
    """Deny a worker's call of one of Orchestra's tools, and note whose it is."""
    tool = text(payload.get("tool_name"))
    if not tool.startswith(TOOL_PREFIX):
        return
    note_call(reader, text(payload.get("tool_use_id")))
    if not waiting_mail(reader) and not read_suspension(reader):
        reason = refusal(tool.removeprefix(TOOL_PREFIX), reader.name, reader.root)
        print_answer("PreToolUse", reader, reason)


def find_worker(own: Fields, payload: Fields, reader: Reader | None) -> Reader | None:
    """Return the worker that calls a tool; a subagent in a chamber's directory is its worker.

    Names in the call's arguments bind nobody: a conductor's subagent names chambers, too.
    """
    if reader is not None or not text(payload.get("agent_id")):
        return reader
    root = text(own.get("root"))
    chamber = chamber_in(f"{text(payload.get('cwd'))}/", root, root)
    return Reader(chamber, payload) if chamber else None


def refusal(tool: str, chamber: str, root: str) -> str:
    """Return what a worker reads instead of a tool's answer."""
    return (
        f"{NOT_RUN}: {tool} is the conductor's, and you are the worker of chamber "
        f"{chamber}, so write what the others must know into {root}/{DISCOVERY}, a line each: "
        "info, important or critical, then the fact."
    )


def note_path(spool: str, call_id: str) -> str:
    """Return the file that notes a call as a worker's."""
    name = f"call.{file_name_part(call_id)[:NOTE_NAME_LENGTH]}"
    return os.path.join(os.path.dirname(spool), WORKER_CALLS, name)


def note_call(reader: Reader, call_id: str) -> None:
    """Note that a call is a worker's, and remove old notes."""
    if not reader.spool or not call_id:
        return
    path = note_path(reader.spool, call_id)
    fields: Fields = {"chamber": reader.name, "root": reader.root, "at": int(time.time())}
    try:
        write_json(path, fields)
        folder = os.path.dirname(path)
        for name in os.listdir(folder):
            if age(os.path.join(folder, name)) > NOTE_AGE_S:
                remove(os.path.join(folder, name))
    except OSError:  # the denial is enough
        return
