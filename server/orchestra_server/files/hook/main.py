"""Where a client's settings begin: its JSON on stdin, and the subject they name."""

import os
import sys

from orchestra_server.files.hook.client_answers import guard, handle_mail
from orchestra_server.files.hook.mail_reader import SETTINGS, find_reader
from orchestra_server.files.hook.other_clients import CLIENTS, find_session, serve_other_client
from orchestra_server.files.hook.plain_files import object_of, parse, read_json, text
from orchestra_server.files.hook.presence import handle_presence, remember_ends


def run(subject: str) -> None:
    """Read the client's JSON and do what the subject says: mail, guard, presence or a client."""
    try:
        payload = object_of(parse(sys.stdin.buffer.read()))
        hooks = os.path.dirname(os.path.abspath(__file__))
        own = read_json(os.path.join(hooks, SETTINGS))
        other = subject in CLIENTS
        reader = find_session(own, payload) if other else find_reader(own, hooks, payload)
        event = text(payload.get("hook_event_name"))
        if reader is None:
            return
        if subject == "mail":
            handle_mail(event, reader)
        elif subject == "guard":
            guard(reader, payload)
        elif other:
            serve_other_client(subject, event, reader, payload)
        else:
            handle_presence(event, reader, payload)
            remember_ends(event, reader)
    finally:  # a hook never fails a worker, whatever goes wrong
        os._exit(0)  # at once, and without a word about a pipe that was closed
