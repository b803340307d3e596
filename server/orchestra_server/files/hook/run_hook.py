"""The entry point: a client's settings call `run` with a subject, and its JSON on stdin."""

import os
import sys

from orchestra_server.files.hook.answer_events import handle_mail
from orchestra_server.files.hook.closed_chamber import answer_closed
from orchestra_server.files.hook.find_reader import find_reader, settings_at
from orchestra_server.files.hook.isolation_guard import guard_write
from orchestra_server.files.hook.json_files import object_of, parse, text
from orchestra_server.files.hook.other_clients import CLIENTS, find_session, serve_other_client
from orchestra_server.files.hook.presence import handle_presence, remember_ends
from orchestra_server.files.hook.stash_guard import guard_stash


def run(subject: str, hooks: str) -> None:
    """Handle one event; `subject` is mail, guard, presence or another client's name.

    `hooks` is the folder of the settings, in the chamber or the main checkout.
    """
    try:
        payload = object_of(parse(sys.stdin.buffer.read()))
        own = settings_at(os.path.dirname(os.path.dirname(hooks)))
        is_other_client = subject in CLIENTS
        reader = find_session(own, payload) if is_other_client else find_reader(own, hooks, payload)
        event = text(payload.get("hook_event_name"))
        if reader is None:
            return
        if reader.is_closed:
            if subject == "mail":
                answer_closed(event, reader)
        elif subject == "mail":
            handle_mail(event, reader)
        elif subject == "guard":
            guard_write(reader, payload)
            guard_stash(reader, payload)
        elif is_other_client:
            serve_other_client(subject, event, reader, payload)
        else:
            handle_presence(event, reader, payload)
            remember_ends(event, reader)
    finally:  # a failing hook never makes its worker fail
        os._exit(0)  # at once, without an error about a closed pipe
