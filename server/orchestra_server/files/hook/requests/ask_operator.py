"""Asks the operator, and waits for the answer as long as somebody can give one.

The request goes into the spool. The answer is a file in `orchestra/requests` of the git directory,
announced by a pipe next to it, the bell, which has a reader while this hook lives. Each process
that can answer holds the lock of its file in `orchestra/answerers`. If there is none, the hook does
not wait, and the client asks in its own terminal.
"""

import fcntl
import os
import sys

from orchestra_server.files.hook.find_reader import Reader
from orchestra_server.files.hook.json_files import (
    Fields,
    Json,
    dump,
    file_name_part,
    items_of,
    object_of,
    one_line,
    read_json,
    remove,
    text,
)
from orchestra_server.files.hook.requests.request_rules import is_allowed, like_of
from orchestra_server.files.hook.spool import leave_report, make_folder, write_whole

REQUESTS = "requests"  # next to the spool
ANSWERERS = "answerers"
ASKED = "asked"  # the suffix of a request's file in the spool
BELL = "bell"
ANSWER = "answer"
# Seconds between two checks whether anybody can still answer: a killed process rings no bell.
LOOK_S = 0.5


def answer_request(reader: Reader, payload: Fields) -> None:
    """Print the answer to a request; nothing if the client is to ask by itself."""
    like = like_of(reader, payload)
    if is_allowed(reader, payload, like):
        print_decision({"behavior": "allow"})
        return
    orchestra = os.path.dirname(reader.spool)
    if not reader.spool or not can_be_answered(orchestra):
        # Somebody who looks later sees that the client's own dialog waits.
        leave_report(reader.own, "claude", "PermissionRequest", dump(payload).encode())
        return
    request_id = f"r-{os.urandom(5).hex()}"
    place = os.path.join(orchestra, REQUESTS, request_id)
    make_folder(os.path.dirname(place))
    os.mkfifo(f"{place}.{BELL}", 0o600)
    try:
        # For reading and writing, so that opening waits for no writer and no writer's end closes
        # it.
        bell = os.open(f"{place}.{BELL}", os.O_RDWR | os.O_NONBLOCK)
        leave_request(reader, payload, request_id, like)
        answer = wait_for_answer(place, bell, orchestra)
    finally:
        remove(f"{place}.{BELL}")
    decision = decision_of(answer, payload)
    if decision:
        print_decision(decision)


def can_be_answered(orchestra: str) -> bool:
    """Tell whether there is a process that shows requests to somebody."""
    folder = os.path.join(orchestra, ANSWERERS)
    try:
        return any(is_held(os.path.join(folder, name)) for name in os.listdir(folder))
    except OSError:
        return False


def is_asked(spool: str) -> bool:
    """Tell whether a request waits for an answer; the end of a batch may withdraw it."""
    folder = os.path.join(os.path.dirname(spool), REQUESTS)
    return os.path.isdir(folder) and any(name.endswith(BELL) for name in os.listdir(folder))


def is_held(path: str) -> bool:
    """Tell whether a file's lock is held; the kernel releases it when its holder dies."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def leave_request(reader: Reader, payload: Fields, request_id: str, like: str) -> None:
    """Put a request into the spool; raises OSError if that is impossible."""
    name = f"{file_name_part(reader.name)[:63]}.{request_id}.{ASKED}"
    request: Fields = {
        "id": request_id,
        "chamber_id": text(reader.chamber.get("chamber_id")),
        "like": like,
        "payload": dict(payload),
    }
    write_whole(os.path.join(reader.spool, name), dump(request).encode())


def wait_for_answer(place: str, bell: int, orchestra: str) -> Fields:
    """Return the answer, {} as soon as nobody is left to give one."""
    import select  # noqa: PLC0415 - only a hook that waits needs it

    while True:
        answer = take_answer(place)
        if answer or not can_be_answered(orchestra):
            return answer or take_answer(place)
        if select.select([bell], [], [], LOOK_S)[0]:
            os.read(bell, 4_096)


def take_answer(place: str) -> Fields:
    """Claim an answer and return it, {} if there is none yet."""
    claimed = f"{place}.{os.getpid()}.taken"
    try:
        os.rename(f"{place}.{ANSWER}", claimed)
    except FileNotFoundError:
        return {}
    answer = read_json(claimed)
    remove(claimed)
    return answer


def decision_of(answer: Fields, payload: Fields) -> Fields:
    """Return an answer in the form that the client reads, {} for none."""
    by = one_line(text(answer.get("by")), 200) or "somebody"
    if answer.get("answer") == "deny":
        words = text(answer.get("words"))
        return {"behavior": "deny", "message": f"Denied by {by}{f': {words}' if words else '.'}"}
    if answer.get("answer") not in ("allow", "choose"):
        return {}
    if answer.get("answer") == "allow":
        return {"behavior": "allow"}
    asked = object_of(payload.get("tool_input"))
    questions = [text(object_of(each).get("question")) for each in items_of(asked.get("questions"))]
    chosen: dict[str, Json] = dict(zip(questions, items_of(answer.get("choices")), strict=False))
    return {"behavior": "allow", "updatedInput": {**asked, "answers": chosen}}


def print_decision(decision: Fields) -> None:
    """Print a decision and flush it."""
    specific: Fields = {"hookEventName": "PermissionRequest", "decision": decision}
    sys.stdout.write(dump({"hookSpecificOutput": specific}))
    sys.stdout.flush()
