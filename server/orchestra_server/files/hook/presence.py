"""Reports to Redis what a worker does, and answers Orchestra's probe of this hook."""

import sys
import time

from orchestra_server.files.hook.find_reader import HOOKS, Reader
from orchestra_server.files.hook.json_files import (
    Fields,
    dump,
    file_name_part,
    items_of,
    object_of,
    one_line,
    read_json,
    remove,
    text,
    write_json,
)
from orchestra_server.files.hook.resp_client import REDIS_TIMEOUT_S, run_commands
from orchestra_server.files.hook.take_mail import waiting_mail

NOW = time.time_ns() // 1_000_000  # ms since 1970, read as early as possible
PROBE_TIMEOUT_S = 2.0  # no tool waits for a probe
ACTIVITY_KEPT = 500  # the store keeps so many reports of a chamber
STATES = {
    "SessionStart": "starting",
    "SubagentStart": "starting",
    "UserPromptSubmit": "working",
    "Stop": "idle",
    "StopFailure": "failed",
    "SubagentStop": "finished",
    "SessionEnd": "finished",
}
DETAIL_FIELDS = ("file_path", "notebook_path", "path", "command", "pattern", "url", "description")
LAST_WORDS = ("last_assistant_message", "error_details", "error")


def handle_presence(event: str, reader: Reader, payload: Fields) -> None:
    """Report what the worker does from this event on, or answer Orchestra's probe."""
    tool, words = text(payload.get("tool_name")), text(payload.get("message"))
    kind = f"{text(payload.get('notification_type'))} {words}".lower()
    if event == "Handshake":
        answer_probe(reader, payload)
    elif event == "PreToolUse":
        tool_input = object_of(payload.get("tool_input"))
        detail = next(filter(None, (text(tool_input.get(name)) for name in DETAIL_FIELDS)), "")
        report_presence(reader, "working", tool, detail[:2_000].replace(f"{reader.root}/", ""))
    elif event == "PostToolUse":
        report_presence(reader, "working")
    elif reader.takes_mail and event == "Notification" and "permission" in kind:
        report_presence(reader, "waiting", tool, words)
    elif reader.takes_mail and event in STATES:
        last = next(filter(None, (text(payload.get(name)) for name in LAST_WORDS)), "")
        report_presence(reader, STATES[event], last=last)


def report_presence(
    reader: Reader,
    state: str,
    tool: str = "",
    detail: str = "",
    *,
    last: str = "",
    since: int = NOW,
) -> None:
    """Report a worker's presence; a report that fails is not repeated."""
    chamber_id = text(reader.chamber.get("chamber_id"))
    presence: Fields = {"chamber_id": chamber_id, "state": state, "tool": tool[:80]}
    presence |= {"detail": one_line(detail, 200), "since": since, "agent_id": reader.agent_id}
    presence |= {"message": one_line(last, 1_000)} if last else {}
    run_script(reader, "presence", [[chamber_id, dump(presence), str(ACTIVITY_KEPT)]])


def stamp_interrupts(reader: Reader, ids: list[str], state: str) -> None:
    """Stamp interrupts in Redis, or write receipts for the next reconciliation."""
    at = time.time_ns() // 1_000_000
    calls = [[interrupt_id, state, str(at), reader.name] for interrupt_id in ids]
    if run_script(reader, "interrupt_stamp", calls):
        return
    for interrupt_id in ids:
        name = f"{file_name_part(interrupt_id)}.{state}.json"
        receipt: Fields = {"interrupt_id": interrupt_id, "state": state, "at": at}
        write_json(reader.place(HOOKS, "receipts", name), receipt)


def run_script(reader: Reader, script: str, calls: list[list[str]]) -> bool:
    """Run a script of the store for each list of arguments; False unless all succeeded."""
    call = list(map(text, items_of(reader.chamber.get(script))))
    redis = object_of(reader.chamber.get("redis"))
    return bool(call) and run_commands(
        redis, [call + arguments for arguments in calls], REDIS_TIMEOUT_S
    )


def remember_ends(event: str, reader: Reader) -> None:
    """Note that a session is no longer idle, and which subagents have ended."""
    if event != "Stop":
        remove(reader.idle)
    ended = event == "SubagentStop" and not waiting_mail(reader)  # with mail its end is blocked
    if reader.memory and ended != bool(read_json(reader.memory).get("ended")):
        write_json(
            reader.memory, {"chamber": reader.root, "agent": reader.agent_id, "ended": ended}
        )


def answer_probe(reader: Reader, payload: Fields) -> None:
    """Print which chamber this hook serves and whether it reaches Redis."""
    redis = object_of(reader.chamber.get("redis"))
    answer: Fields = {
        "handshake": payload.get("nonce"),
        "chamber_id": reader.chamber.get("chamber_id"),
        "reaches_redis": run_commands(redis, [["PING"]], PROBE_TIMEOUT_S),
    }
    sys.stdout.write(dump(answer))
    sys.stdout.flush()
