"""What a worker does, told to Redis; and Orchestra's question whether this hook is ready."""

import sys
import time

from orchestra_server.files.hook.mail import waiting
from orchestra_server.files.hook.mail_reader import HOOKS, Reader
from orchestra_server.files.hook.plain_files import (
    Fields,
    dump,
    items_of,
    object_of,
    one_line,
    read_json,
    remove,
    safe,
    text,
    write_json,
)
from orchestra_server.files.hook.redis_wire import REDIS_TIMEOUT_S, exchange

NOW = time.time_ns() // 1_000_000  # ms since 1970, as near to the event as this process can tell
HANDSHAKE_TIMEOUT_S = 2.0  # nobody's tool waits for this one
ACTIVITY_KEPT = 500  # as many reports of a chamber as the store keeps
STATES = {
    "SessionStart": "starting",
    "SubagentStart": "starting",
    "UserPromptSubmit": "working",
    "Stop": "idle",
    "StopFailure": "failed",
    "SubagentStop": "finished",
    "SessionEnd": "finished",
}
TOLD = ("file_path", "notebook_path", "path", "command", "pattern", "url", "description")
LAST_WORDS = ("last_assistant_message", "error_details", "error")


def handle_presence(event: str, reader: Reader, payload: Fields) -> None:
    """Report what the worker does since this event, or answer Orchestra's own question."""
    tool, words = text(payload.get("tool_name")), text(payload.get("message"))
    kind = f"{text(payload.get('notification_type'))} {words}".lower()
    if event == "Handshake":
        shake_hands(reader, payload)
    elif event == "PreToolUse":
        given = object_of(payload.get("tool_input"))
        detail = next(filter(None, (text(given.get(name)) for name in TOLD)), "")
        report(reader, "working", tool, detail[:2_000].replace(f"{reader.root}/", ""))
    elif event == "PostToolUse":
        report(reader, "working")
    elif reader.takes_mail and event == "Notification" and "permission" in kind:
        report(reader, "waiting", tool, words)
    elif reader.takes_mail and event in STATES:
        last = next(filter(None, (text(payload.get(name)) for name in LAST_WORDS)), "")
        report(reader, STATES[event], last=last)


def report(
    reader: Reader,
    state: str,
    tool: str = "",
    detail: str = "",
    *,
    last: str = "",
    since: int = NOW,
) -> None:
    """Report a worker's presence; what cannot be told now is not told later."""
    chamber_id = text(reader.chamber.get("chamber_id"))
    presence: Fields = {"chamber_id": chamber_id, "state": state, "tool": tool[:80]}
    presence |= {"detail": one_line(detail, 200), "since": since, "agent_id": reader.agent_id}
    presence |= {"message": one_line(last, 1_000)} if last else {}
    run_script(reader, "presence", [[chamber_id, dump(presence), str(ACTIVITY_KEPT)]])


def stamp(reader: Reader, ids: list[str], state: str) -> None:
    """Stamp interrupts in Redis, or leave receipts for the next reconciliation."""
    at = time.time_ns() // 1_000_000
    if run_script(reader, "interrupt_stamp", [[one, state, str(at), reader.name] for one in ids]):
        return
    for one in ids:
        place = reader.place(HOOKS, "receipts", f"{safe(one)}.{state}.json")
        write_json(place, {"interrupt_id": one, "state": state, "at": at})


def run_script(reader: Reader, script: str, calls: list[list[str]]) -> bool:
    """Run a script of the store once for each list of arguments; False unless all succeeded."""
    call = list(map(text, items_of(reader.chamber.get(script))))
    redis = object_of(reader.chamber.get("redis"))
    return bool(call) and exchange(redis, [call + rest for rest in calls], REDIS_TIMEOUT_S)


def remember_ends(event: str, reader: Reader) -> None:
    """Remember which session is idle no more, and which subagents have ended."""
    if event != "Stop":
        remove(reader.idle)
    ended = event == "SubagentStop" and not waiting(reader)  # with mail, it will be made to go on
    if reader.memory and ended != bool(read_json(reader.memory).get("ended")):
        write_json(
            reader.memory, {"chamber": reader.root, "agent": reader.agent_id, "ended": ended}
        )


def shake_hands(reader: Reader, payload: Fields) -> None:
    """Say whose hook this is and whether it reaches Redis."""
    redis = object_of(reader.chamber.get("redis"))
    answer: Fields = {
        "handshake": payload.get("nonce"),
        "chamber_id": reader.chamber.get("chamber_id"),
        "reaches_redis": exchange(redis, [["PING"]], HANDSHAKE_TIMEOUT_S),
    }
    sys.stdout.write(dump(answer))
    sys.stdout.flush()
