"""The hook of a coding agent's client: shows a worker its mail and reports what the worker does.

Run by Orchestra's entries in a settings file as `python -I -S interrupt_monitor.py mail|presence`
with the client's JSON on stdin. It stands alone: standard library only (pathlib would take as long
as all the rest), and settings in the `.json` beside it. Whatever goes wrong, it exits 0 in silence.

Mail lies in `.INTERRUPT` in the root of a chamber. Only its reader takes it, by renaming it under a
lock to `.INTERRUPT.<pid>.<ns>`; that stays until the text is printed, and a claim whose process has
died is mail again. What was printed is remembered in `.INTERRUPT.delivered` until the reader's next
call or the end of its turn, which is when the interrupt counts as acted on.
"""

import contextlib
import fcntl
import io
import json
import os
import re
import signal
import sys
import time
from collections.abc import Callable

NOW = time.time_ns() // 1_000_000  # ms since 1970, as near to the event as this process can tell
MAIL = ".INTERRUPT"
DELIVERED = ".INTERRUPT.delivered"
CLAIM = re.compile(r"\.INTERRUPT\.\d+\.\d+")
HOOKS = ".claude/hooks"
SETTINGS = "interrupt_monitor.json"
CHAMBER_PATH = re.compile(r"\.claude/(?:worktrees|workspaces)/([a-z0-9][a-z0-9._-]*)")
ODD = re.compile(r"[^A-Za-z0-9._-]")
# Characters; a client moves context above 10,000 to a file. What does not fit comes next time.
CONTEXT_LIMIT = 9_500
REDIS_TIMEOUT_S = 0.05
LOCK_TIMEOUT_S = 0.25
CLAIM_AGE_S = 60  # a claim this old is nobody's, whatever runs under its process id now
SAME_BATCH_S = 5  # mail denied longer ago was denied in an earlier batch of calls
ACTIVITY_KEPT = 500  # as many reports of a chamber as the store keeps
INFORMED = ("SessionStart", "UserPromptSubmit", "PostToolBatch", "PostToolUse")
STATES = {"SessionStart": "starting", "UserPromptSubmit": "working", "Stop": "idle"}
ENDS = ("SubagentStop", "SessionEnd")
TOLD = ("file_path", "notebook_path", "path", "command", "pattern", "url", "description")

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]
Fields = dict[str, Json]


def text(value: Json) -> str:
    """Return a string, "" for anything else."""
    return value if isinstance(value, str) else ""


def object_of(value: Json) -> Fields:
    """Return a JSON object, {} for anything else."""
    return value if isinstance(value, dict) else {}


def items_of(value: Json) -> list[Json]:
    """Return the items of a list, [] for anything else."""
    return value if isinstance(value, list) else []


def strings(value: Json) -> list[str]:
    """Return the strings in a list, [] for anything else."""
    return [item for item in items_of(value) if isinstance(item, str)]


def read_file(path: str) -> bytes:
    """Return what a file holds; a symlink is an OSError and a pipe holds nobody up."""
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
        return file.read()


def read_json(path: str) -> Fields:
    """Return the JSON object in a file, {} for anything else."""
    try:
        return object_of(json.loads(read_file(path)))
    except (OSError, ValueError):
        return {}


def write_json(path: str, fields: Fields) -> None:
    """Write a JSON object whole or not at all."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    temporary = os.path.join(os.path.dirname(path), f".orchestra-tmp-{os.getpid()}")
    with open(temporary, "w", encoding="ascii") as file:
        json.dump(fields, file)
    os.replace(temporary, path)


class Reader:
    """A chamber's worker, which takes its mail, or a subagent of it, which is only stopped by it.

    `bound`: the worker is no session of its own but a subagent of the conductor.
    """

    def __init__(self, chamber: Fields, payload: Fields, *, bound: bool) -> None:
        self.chamber = chamber
        self.root, self.name = text(chamber.get("root")), text(chamber.get("chamber"))
        self.agent_id = text(payload.get("agent_id"))
        self.takes_mail = bound or not self.agent_id
        self.key = f"{text(payload.get('session_id'))}/{self.agent_id}"
        self.ends_by = "SubagentStop" if bound else "Stop"

    def place(self, *parts: str) -> str:
        """Return the path of something in the chamber."""
        return os.path.join(self.root, *parts)


def find_reader(own: Fields, hooks: str, payload: Fields) -> Reader | None:
    """Return who in a chamber has made a call, None for the conductor and anyone else."""
    root, cwd = text(own.get("root")), text(payload.get("cwd"))
    if own.get("mode") == "chamber":
        return Reader(own, payload, bound=False)
    around = chamber_in(os.environ.get("CLAUDE_PROJECT_DIR", cwd) + "/", root, root)
    if around:  # a session begun in a chamber has its own hooks, unless the project's files forbid
        return None if around.get("own_hooks") else Reader(around, payload, bound=False)
    agent = ODD.sub("_", text(payload.get("agent_id")))
    if not agent:
        return None
    memory = os.path.join(hooks, "bindings", f"{agent}.json")
    known = load_chamber(text(read_json(memory).get("chamber")))
    chamber = known or first_chamber(payload.get("tool_input"), root, cwd)
    if not known and chamber:
        write_json(memory, {"chamber": chamber["root"]})
    return Reader(chamber, payload, bound=True) if chamber else None


def first_chamber(value: Json, root: str, cwd: str) -> Fields:
    """Return the chamber of the first path in a tool's input that lies in one, {} for none."""
    if isinstance(value, str):
        return chamber_in(value, root, cwd)
    inner, nothing = (*object_of(value).values(), *items_of(value)), Fields()
    return next(filter(None, (first_chamber(item, root, cwd) for item in inner)), nothing)


def chamber_in(words: str, root: str, cwd: str) -> Fields:
    """Return the chamber that a path, or a command with paths in it, names first; {} for none."""
    for match in CHAMBER_PATH.finditer(words):
        before, base = words[max(0, match.start() - 4_096) : match.start()], ""
        for known in (root, os.path.realpath(root)):
            _, found, middle = before.rpartition(f"{known}/")
            if found and not re.search(r"[\s'\"]", middle):
                base = os.path.join(known, middle)
        if not base and re.search(r"(?:^|[\s'\"=;(])(?:\./)?$", before):
            base = cwd
        chamber = load_chamber(os.path.join(base, ".claude/worktrees", match[1].rstrip(".")))
        if base and chamber:
            return chamber
    return {}


def load_chamber(root: str) -> Fields:
    """Return the chamber at `root` where Orchestra has furnished one, else {}."""
    settings = read_json(os.path.join(root, HOOKS, SETTINGS)) if root else {}
    return {**settings, "root": root} if settings.get("mode") == "chamber" else {}


def letters_in(path: str) -> list[Fields]:
    """Return the letters of a mail file; a text that is not ours is one letter without an id."""
    raw = b""
    try:
        raw = read_file(path)
        letters = items_of(object_of(json.loads(raw)).get("interrupts"))
    except (OSError, ValueError):
        words = raw.decode("utf-8", "replace").strip()
        letters: list[Json] = [{"from": "a file", "message": words}] if words else []
    return [letter for letter in letters if isinstance(letter, dict)]


def waiting(reader: Reader) -> list[str]:
    """Return the mail files that nobody is delivering: claims of the dead, then the mailbox."""
    claims = sorted(name for name in os.listdir(reader.root) if is_orphan(reader, name))
    found = [*claims, *([MAIL] if os.path.isfile(reader.place(MAIL)) else [])]
    return list(map(reader.place, found))


def is_orphan(reader: Reader, name: str) -> bool:
    """Say whether a file is a claim whose hook has died before it was done."""
    if not CLAIM.fullmatch(name):
        return False
    try:
        os.kill(int(name.split(".")[2]), 0)
    except PermissionError:
        return False
    except (OSError, OverflowError):
        return True
    return time.time() - os.lstat(reader.place(name)).st_mtime > CLAIM_AGE_S


def take(reader: Reader) -> tuple[list[Fields], list[str]]:
    """Take the mail, as much as one context holds; return it with the files that held it."""
    lock = os.open(reader.root, os.O_RDONLY | os.O_DIRECTORY)
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, LOCK_TIMEOUT_S)
    fcntl.flock(lock, fcntl.LOCK_EX)  # until this process ends, or the last line here
    signal.setitimer(signal.ITIMER_REAL, 0)
    claims, letters = list[str](), list[Fields]()
    for path in waiting(reader):
        claim = reader.place(f"{MAIL}.{os.getpid()}.{time.time_ns()}")
        os.rename(path, claim)
        claims.append(claim)
        os.utime(claim, follow_symlinks=False)  # its age counts from now
        letters += letters_in(claim)
    rest: list[Json] = []
    while letters[1:] and len(shown(reader, letters)) > CONTEXT_LIMIT:
        rest.insert(0, letters.pop())
    if rest:
        write_json(reader.place(MAIL), {"for": reader.name, "interrupts": rest})
    os.close(lock)
    return letters, claims


def shown(reader: Reader, letters: list[Fields]) -> str:
    """Return letters as the worker reads them: the facts, then the words of the sender."""
    return "\n".join(
        f"Message from {text(letter.get('from')) or 'the operator'} to the worker in chamber "
        f"{reader.name}, sent {text(letter.get('sent_at')) or 'just now'} through Orchestra. "
        f"Asked of you: {text(letter.get('asks')) or 'read this'}.\n\n"
        f"{text(letter.get('message'))}\n"
        for letter in letters
    )


def handle_mail(event: str, reader: Reader) -> None:
    """Answer one event: deny, block or inform while there is mail, and note who went on."""
    if reader.takes_mail and event in ("PreToolUse", "SessionStart", reader.ends_by):
        note_acted(event, reader)
    if event == "PreToolUse":
        deny(reader)
    elif reader.takes_mail and event == reader.ends_by:
        if deliver(reader, lambda words: {"decision": "block", "reason": words}):
            report(reader, "working", since=time.time_ns() // 1_000_000)  # it goes on after all
    elif reader.takes_mail and event in INFORMED:
        deliver(reader, lambda words: specific(event, additionalContext=words))


def deny(reader: Reader) -> None:
    """Keep a tool from running while mail waits; the end of the batch shows the text.

    A client without an end of batches would be denied for ever: it gets the text the second time.
    """
    letters = [letter for path in waiting(reader) for letter in letters_in(path)]
    if not letters or not os.access(reader.root, os.W_OK):
        return
    memory = reader.place(HOOKS, "interrupt_monitor.denied")
    count = "a message is" if len(letters) == 1 else f"{len(letters)} messages are"
    reason = f"This call did not run, because {count} waiting for the worker in this chamber. "
    if not reader.takes_mail:
        reason += "It is for the agent that started you: report what you have, and end your turn."
    else:
        reason += "It follows at once; read it, then repeat the call if it still fits."
        if read_json(memory).get("id") != text(letters[0].get("id")):
            write_json(memory, {"id": text(letters[0].get("id"))})
        elif time.time() - os.stat(memory).st_mtime > SAME_BATCH_S:
            deliver(reader, denial)
            return
    say(denial(reason))


def deliver(reader: Reader, said: Callable[[str], Fields]) -> bool:
    """Take the mail, print it, tell Redis; the claims go last, so that a kill loses nothing."""
    letters, claims = take(reader)
    if letters:
        say(said(shown(reader, letters)))
    try:
        ids = [text(letter.get("id")) for letter in letters if text(letter.get("id"))]
        if ids:
            before = read_json(reader.place(DELIVERED))
            kept = items_of(before.get("ids")) if before.get("reader") == reader.key else []
            write_json(reader.place(DELIVERED), {"reader": reader.key, "ids": [*kept, *ids]})
            stamp(reader, ids, "delivered")
    finally:
        for claim in claims:
            os.unlink(claim)
    return bool(letters)


def note_acted(event: str, reader: Reader) -> None:
    """Stamp what this reader was given before: it has gone on since. A new session only forgets."""
    memory = read_json(reader.place(DELIVERED))
    if memory and (memory.get("reader") == reader.key or event == "SessionStart"):
        with contextlib.suppress(FileNotFoundError):  # a call beside this one was quicker
            os.unlink(reader.place(DELIVERED))
    if memory.get("reader") == reader.key:
        stamp(reader, strings(memory.get("ids")), "acted")


def specific(event: str, **output: Json) -> Fields:
    """Return an answer in the form of one event."""
    return {"hookSpecificOutput": {"hookEventName": event, **output}}


def denial(words: str) -> Fields:
    """Return the answer that keeps a tool from running."""
    return specific("PreToolUse", permissionDecision="deny", permissionDecisionReason=words)


def say(answer: Fields) -> None:
    """Print an answer so that it is out before anything is cleared away."""
    sys.stdout.write(json.dumps(answer))
    sys.stdout.flush()


def stamp(reader: Reader, ids: list[str], state: str) -> None:
    """Stamp interrupts in Redis, or leave receipts for the next reconciliation."""
    at = time.time_ns() // 1_000_000
    if call_redis(reader, "interrupt_stamp", [[one, state, str(at), reader.name] for one in ids]):
        return
    for one in ids:
        place = reader.place(HOOKS, "receipts", f"{ODD.sub('_', one)}.{state}.json")
        write_json(place, {"interrupt_id": one, "state": state, "at": at})


def handle_presence(event: str, reader: Reader, payload: Fields) -> None:
    """Report what the worker does since this event."""
    tool, message = text(payload.get("tool_name")), text(payload.get("message"))
    if event == "PreToolUse":
        given = object_of(payload.get("tool_input"))
        detail = next(filter(None, (text(given.get(name)) for name in TOLD)), "")
        report(reader, "working", tool[:80], detail[:2_000].replace(f"{reader.root}/", ""))
    elif event == "PostToolUse":
        report(reader, "working")
    elif reader.takes_mail and (event in STATES or event in ENDS):
        report(reader, STATES.get(event, "finished"))
    elif reader.takes_mail and event == "Notification" and "permission" in message.lower():
        report(reader, "waiting", tool, message)


def report(reader: Reader, state: str, tool: str = "", detail: str = "", since: int = NOW) -> None:
    """Report a worker's presence; what cannot be told now is not told later."""
    chamber_id = text(reader.chamber.get("chamber_id"))
    line = "".join(filter(str.isprintable, " ".join(detail.split())))[:200]
    presence: Fields = {"chamber_id": chamber_id, "state": state, "tool": tool, "detail": line}
    presence |= {"since": since, "agent_id": reader.agent_id}
    call_redis(reader, "presence", [[chamber_id, json.dumps(presence), str(ACTIVITY_KEPT)]])


def call_redis(reader: Reader, script: str, calls: list[list[str]]) -> bool:
    """Run a script of the store once for each list of arguments; False unless all succeeded."""
    redis, call = object_of(reader.chamber.get("redis")), strings(reader.chamber.get(script))
    hello = [strings(command) for command in items_of(redis.get("hello"))]
    try:
        return bool(redis and call) and exchange(redis, [*hello, *(call + rest for rest in calls)])
    except (OSError, ValueError):
        return False


def exchange(redis: Fields, commands: list[list[str]]) -> bool:
    """Send commands over one connection and say whether all succeeded (RESP2)."""
    import socket  # noqa: PLC0415 - only who has something to report pays for it

    host, path = text(redis.get("host")), text(redis.get("socket"))
    if path:
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(REDIS_TIMEOUT_S)
        connection.connect(path)
    else:
        connection = socket.create_connection((host, int(str(redis.get("port")))), REDIS_TIMEOUT_S)
    if redis.get("tls"):
        import ssl  # noqa: PLC0415 - as above

        context = ssl.create_default_context(cafile=text(redis.get("ca")) or None)
        if redis.get("verify") is False:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        connection = context.wrap_socket(connection, server_hostname=host)
    with connection, connection.makefile("rb") as replies:
        for command in commands:
            parts = [part.encode("utf-8", "replace") for part in command]
            bulk = b"".join(b"$%d\r\n%b\r\n" % (len(part), part) for part in parts)
            connection.sendall(b"*%d\r\n%b" % (len(parts), bulk))
        return all(list(map(succeeded, [replies] * len(commands))))


def succeeded(replies: io.BufferedReader) -> bool:
    """Read one answer of the kinds our scripts give: a line, a number or a bulk string."""
    line = replies.readline()
    if line.startswith(b"$") and line != b"$-1\r\n":
        replies.read(int(line[1:]) + 2)
    return line.startswith((b"+", b":", b"$"))


def main() -> None:
    """Read the client's JSON and do what the first argument says."""
    payload = object_of(json.loads(sys.stdin.buffer.read()))
    hooks = os.path.dirname(os.path.abspath(__file__))
    own, event = read_json(os.path.join(hooks, SETTINGS)), text(payload.get("hook_event_name"))
    reader = find_reader(own, hooks, payload) if own else None
    if reader is not None and sys.argv[1:] == ["presence"]:
        handle_presence(event, reader, payload)
    elif reader is not None:
        handle_mail(event, reader)


if __name__ == "__main__":
    with contextlib.suppress(BaseException):  # a hook never fails a worker, whatever goes wrong
        main()
    os._exit(0)  # at once, and without a word about a pipe that was closed
