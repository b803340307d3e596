"""Leaves files in Orchestra's spool: reports of what a worker does, and receipts for shown mail.

The spool is in the git directory, where no branch can put a file. A hook talks to no server: it
leaves files, and Orchestra takes them in by their modification times.
"""

import os
import time

from orchestra_server.files.hook.cut_report import parse_report
from orchestra_server.files.hook.find_reader import HOOKS, Reader, find_reader
from orchestra_server.files.hook.json_files import (
    Fields,
    dump,
    file_name_part,
    object_of,
    read_file,
    read_json,
    remove,
    text,
    write_json,
)

HEAD_PARTS = 3  # the settings' directory, the session's start directory, and the client
BINDING_EVENTS = ("PreToolUse", "SubagentStop")
SLOTS = 64  # how many files keep a reader's newest reports of one event
RECEIPTS = "receipts"  # in a chamber's folder of hooks, used when the spool cannot be written


def leave_report(own: Fields, client: str, event: str, payload: bytes) -> None:
    """Leave a client's JSON for an event as a report, like the shell does without Python."""
    spool, slot = text(own.get("spool")), text(own.get("slot"))
    if not spool or not slot:
        return
    source = (text(own.get("root")), os.environ.get("CLAUDE_PROJECT_DIR", ""), client)
    head = "".join(f"{part}\0" for part in source).encode("utf-8", "surrogateescape")
    name = f"{slot}.{file_name_part(event)[:40]}.{os.getpid() % SLOTS}"
    write_whole(os.path.join(spool, name), head + payload)


def bind_waiting(own: Fields) -> None:
    """Bind the subagents whose reports are in the spool, and note which have ended.

    A reader of the spool does the same; this is for times without a reader.
    """
    spool, slot = text(own.get("spool")), text(own.get("slot"))
    if own.get("mode") != "main" or not os.path.isdir(spool):
        return
    starts = tuple(f"{slot}.{event}." for event in BINDING_EVENTS)
    reports = list[tuple[float, bytes]]()
    for name in os.listdir(spool):
        if name.startswith(starts):
            try:
                reports.append((os.stat(f"{spool}/{name}").st_mtime, read_file(f"{spool}/{name}")))
            except OSError:
                continue
    for _, raw in sorted(reports):
        if b'"agent_id"' not in raw:
            continue
        try:
            payload = object_of(parse_report(raw.split(b"\0", HEAD_PARTS)[-1]))
        except ValueError:  # still being written by a client
            continue
        reader = find_reader(own, payload, os.fsdecode(raw.split(b"\0", HEAD_PARTS)[1]))
        if reader and not reader.is_closed:
            note_end(text(payload.get("hook_event_name")), reader)


def note_end(event: str, reader: Reader) -> None:
    """Note whether a subagent has ended, or continues because mail blocked its end."""
    ended = event == "SubagentStop"
    if reader.memory and ended != bool(read_json(reader.memory).get("ended")):
        write_json(
            reader.memory, {"chamber": reader.root, "agent": reader.agent_id, "ended": ended}
        )


def continued(payload: Fields) -> bytes:
    """Return the payload for a turn that continues because mail blocked its end."""
    names = ("session_id", "cwd", "agent_id")
    same: Fields = {name: payload[name] for name in names if name in payload}
    return dump({"hook_event_name": "Continued", **same}).encode()


def leave_receipt(reader: Reader, path: str, state: str) -> None:
    """Move a file of letters into the spool, because its letters have just reached `state`.

    If it cannot be moved it is removed, because mail must not be shown again forever.
    """
    name = f"{file_name_part(reader.name)[:63]}.{os.getpid()}.{time.time_ns()}.{state}"
    try:
        os.utime(path, follow_symlinks=False)
        for folder in (reader.spool, reader.place(HOOKS, RECEIPTS)):
            if folder and move(path, os.path.join(folder, name)):
                return
    except FileNotFoundError:  # another hook of this reader was quicker
        return
    remove(path)


def move(path: str, target: str) -> bool:
    """Move a file, even to another file system; False if that is impossible.

    Raises FileNotFoundError if the file is gone.
    """
    try:
        make_folder(os.path.dirname(target))
        os.rename(path, target)
    except FileNotFoundError:
        raise
    except OSError:
        try:
            with open(path, "rb") as file:
                write_whole(target, file.read())
            os.unlink(path)
        except FileNotFoundError:
            raise
        except OSError:
            return False
    return True


def write_whole(path: str, content: bytes) -> None:
    """Write a file that appears only when it is complete; raises OSError."""
    folder = os.path.dirname(path)
    make_folder(folder)
    temporary = os.path.join(folder, f".{os.getpid()}.{time.time_ns()}")
    with open(temporary, "wb") as file:
        file.write(content)
    os.replace(temporary, path)


def make_folder(path: str) -> None:
    """Make a missing folder, for its owner alone."""
    if not os.path.isdir(path):
        os.makedirs(path, 0o700, exist_ok=True)
