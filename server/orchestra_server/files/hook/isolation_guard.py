"""The isolation guard: a worker's tool writes in its own chamber or outside the repository."""

import os

from orchestra_server.files.hook.answer_events import NOT_RUN, print_answer, read_suspension
from orchestra_server.files.hook.find_reader import HOOKS, SETTINGS, Reader, chamber_in
from orchestra_server.files.hook.json_files import Fields, object_of, read_json, text
from orchestra_server.files.hook.take_mail import waiting_mail


def guard_write(reader: Reader, payload: Fields) -> None:
    """Deny a write into the main checkout or another chamber, and name the right path.

    Does nothing if mail or a suspension denies the call anyway.
    """
    reason = forbidden_write(reader, payload)
    if reason and not waiting_mail(reader) and not read_suspension(reader):
        print_answer("PreToolUse", reader, reason)


def forbidden_write(reader: Reader, payload: Fields) -> str:
    """Return why a tool may not write its file, "" if it may."""
    tool_input, cwd = object_of(payload.get("tool_input")), text(payload.get("cwd"))
    target = text(tool_input.get("file_path")) or text(tool_input.get("notebook_path"))
    path, main = os.path.realpath(os.path.join(cwd, target)), os.path.realpath(reader.main)
    in_main = f"{path}/".startswith(f"{main}/")
    in_chamber = f"{path}/".startswith(f"{os.path.realpath(reader.root)}/")
    if not target or not reader.main or not in_main or in_chamber or not is_isolated(main):
        return ""
    other_chamber = chamber_in(f"{path}/", main, main)
    owner = f"chamber {other_chamber.get('chamber')}" if other_chamber else "the main checkout"
    right_path = reader.place(os.path.relpath(path, text(other_chamber.get("root")) or main))
    return (
        f"{NOT_RUN}: {path} is in {owner}, and you work in chamber {reader.name}. "
        f"Write to {right_path} instead."
    )


def is_isolated(main: str) -> bool:
    """Tell whether workers are kept in their chambers; only the main checkout's setting counts."""
    return read_json(os.path.join(main, HOOKS, SETTINGS)).get("isolation") is not False
