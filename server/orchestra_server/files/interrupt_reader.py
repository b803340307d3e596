"""Who reads the mail of a chamber, and how Redis hears of it: the lower half of the hook.

It lies beside `interrupt_monitor.py` and, like that, is standard library only. The modules json,
re, signal, contextlib and socket would double the time that Python takes to start, for which a
worker waits; so it takes from them what is written in C.
"""

import _json
import _socket
import os
import sys
import time

NOW = time.time_ns() // 1_000_000  # ms since 1970, as near to the event as this process can tell
MAIL = ".INTERRUPT"
HOOKS = ".claude/hooks"
REDIS_TIMEOUT_S = 0.05
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
SCANNER = vars(_json)["make_scanner"]

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]
Fields = dict[str, Json]


class Rules:
    """How the scanner reads JSON, as the module json would tell it."""

    strict = False
    object_hook = object_pairs_hook = None
    parse_float = parse_constant = float
    parse_int = int


def parse(raw: bytes) -> Json:
    """Return what JSON says; anything else is a ValueError."""
    words = raw.decode().strip()
    try:
        value, end = SCANNER(Rules())(words, 0)
    except StopIteration:
        raise ValueError from None
    if end != len(words):
        raise ValueError
    return value


def dump(value: Json) -> str:
    """Return a value as JSON in ASCII."""
    if isinstance(value, str):
        return _json.encode_basestring_ascii(value)
    if isinstance(value, dict):
        members = (f"{dump(name)}: {dump(member)}" for name, member in value.items())
        return f"{{{', '.join(members)}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(dump, value))}]"
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else repr(value)


def text(value: Json) -> str:
    """Return a string, "" for anything else."""
    return value if isinstance(value, str) else ""


def object_of(value: Json) -> Fields:
    """Return a JSON object, {} for anything else."""
    return value if isinstance(value, dict) else {}


def items_of(value: Json) -> list[Json]:
    """Return the items of a list, [] for anything else."""
    return value if isinstance(value, list) else []


def one_line(words: str, limit: int) -> str:
    """Return words without line ends and control characters, cut to a limit."""
    return "".join(filter(str.isprintable, " ".join(words[: 10 * limit].split())))[:limit]


def read_file(path: str) -> bytes:
    """Return what a file holds; a symlink is an OSError and a pipe holds nobody up."""
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
        return file.read()


def read_json(path: str) -> Fields:
    """Return the JSON object in a file, {} for anything else."""
    try:
        return object_of(parse(read_file(path)))
    except (OSError, ValueError):
        return {}


def write_json(path: str, fields: Fields) -> None:
    """Write a JSON object whole or not at all."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    temporary = os.path.join(os.path.dirname(path), f".orchestra-tmp-{os.getpid()}")
    with open(temporary, "w", encoding="ascii") as file:
        file.write(dump(fields))
    os.replace(temporary, path)


def remove(path: str) -> None:
    """Remove a file; another hook may have been quicker."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass


def safe(name: str) -> str:
    """Return a client's id as part of a file's name."""
    kept = (one if one.isascii() and (one.isalnum() or one in "._-") else "_" for one in name)
    return "".join(kept)


class Reader:
    """A chamber's worker, which takes its mail, or a subagent of it, which is only stopped by it.

    `memory`: the file that binds a subagent of the conductor to the chamber; "" for a session.
    """

    def __init__(self, chamber: Fields, payload: Fields, memory: str = "") -> None:
        self.chamber, self.memory = chamber, memory
        self.root, self.name = text(chamber.get("root")), text(chamber.get("chamber"))
        self.main = text(chamber.get("main"))
        self.agent_id = text(payload.get("agent_id"))
        self.takes_mail = bool(memory) or not self.agent_id
        self.key = f"{text(payload.get('session_id'))}/{self.agent_id}"
        self.ends_by = "SubagentStop" if memory else "Stop"
        mark = f".{safe(self.agent_id)}" if memory else ""
        self.delivered = self.place(f"{MAIL}.delivered{mark}")
        self.own_mail = self.place(f"{MAIL}.for{mark}")
        self.idle = self.place(HOOKS, "interrupt_monitor.idle")

    def place(self, *parts: str) -> str:
        """Return the path of something in the chamber."""
        return os.path.join(self.root, *parts)


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


def run_script(reader: Reader, script: str, calls: list[list[str]]) -> bool:
    """Run a script of the store once for each list of arguments; False unless all succeeded."""
    call = list(map(text, items_of(reader.chamber.get(script))))
    redis = object_of(reader.chamber.get("redis"))
    return bool(call) and exchange(redis, [call + rest for rest in calls], REDIS_TIMEOUT_S)


def exchange(redis: Fields, commands: list[list[str]], timeout: float) -> bool:
    """Send commands over one connection and say whether all succeeded (RESP2)."""
    hello = [list(map(text, items_of(command))) for command in items_of(redis.get("hello"))]
    try:
        connection = connect(redis, timeout) if redis else None
        if connection is None:
            return False
        for command in (*hello, *commands):
            parts = [part.encode("utf-8", "replace") for part in command]
            bulk = b"".join(b"$%d\r\n%b\r\n" % (len(part), part) for part in parts)
            connection.sendall(b"*%d\r\n%b" % (len(parts), bulk))
        return all_well(connection, len(hello) + len(commands))
    except (OSError, ValueError):
        return False


def connect(redis: Fields, timeout: float) -> _socket.socket:
    """Return a connection to the server of a chamber's settings."""
    host, path = text(redis.get("host")), text(redis.get("socket"))
    if path:  # without the module socket, which takes half as long as Python's start
        local = _socket.socket(_socket.AF_UNIX)
        local.settimeout(timeout)
        local.connect(path)
        return local
    import socket  # noqa: PLC0415 - only who needs it pays for it

    connection = socket.create_connection((host, int(str(redis.get("port")))), timeout)
    if not redis.get("tls"):
        return connection
    import ssl  # noqa: PLC0415 - as above

    context = ssl.create_default_context(cafile=text(redis.get("ca")) or None)
    if redis.get("verify") is False:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(connection, server_hostname=host)


def all_well(connection: _socket.socket, count: int) -> bool:
    """Read answers of the kinds our scripts give, a line, a number or a bulk string."""
    read, kinds = b"", b""
    while len(kinds) < count:
        line, ended, rest = read.partition(b"\r\n")
        size = int(line[1:]) + 2 if line[:1] == b"$" and line != b"$-1" and ended else 0
        if ended and len(rest) >= size:
            kinds += line[:1] if line != b"$-1" else b"-"
            read = rest[size:]
            continue
        more = connection.recv(65_536)
        if not more:
            return False
        read += more
    return not kinds.strip(b"+:$")
