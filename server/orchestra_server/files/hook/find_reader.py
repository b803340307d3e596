"""Finds the reader of mail: which agent made a call, and in which chamber it works.

A session started in a chamber is the chamber's worker. A conductor's subagent is bound to the
chamber of the first path in its calls or its briefing. The conductor never reads a worker's mail.
"""

import os

from orchestra_server.files.hook.json_files import (
    Fields,
    Json,
    file_name_part,
    items_of,
    object_of,
    read_json,
    text,
    write_json,
)

MAIL = ".INTERRUPT"
DISCOVERY = ".DISCOVERY"  # where a worker writes what others must know
IDLE = "interrupt_monitor.idle"  # the mark of a session between two turns
HOOKS = ".claude/hooks"
SETTINGS = "interrupt_monitor.json"
CHAMBER_FOLDERS = ("worktrees", "workspaces")
NAME_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789._-"  # the characters of a chamber's name
MAX_PATHS = 100  # the content of a written file may name any number of chambers
PATH_DELIMITERS = " \t\r\n'\"=;("  # characters that may precede a relative path in a command


class Reader:
    """A chamber's worker, which takes the mail, or its subagent, whose calls mail only denies.

    `memory` is the file that binds a conductor's subagent to the chamber, "" for a session. `own`
    are the settings of the called hook, the chamber's or the main checkout's.
    """

    def __init__(self, chamber: Fields, payload: Fields, memory: str = "") -> None:
        self.chamber, self.memory = chamber, memory
        self.root, self.name = text(chamber.get("root")), text(chamber.get("chamber"))
        self.main = text(chamber.get("main"))
        self.agent_id = text(payload.get("agent_id"))
        self.takes_mail = bool(memory) or not self.agent_id
        self.key = f"{text(payload.get('session_id'))}/{self.agent_id}"
        self.ends_by = "SubagentStop" if memory else "Stop"
        mark = f".{file_name_part(self.agent_id)}" if memory else ""
        self.delivered = self.place(f"{MAIL}.delivered{mark}")
        self.own_mail = self.place(f"{MAIL}.for{mark}")
        self.idle = self.place(HOOKS, IDLE)
        # A Claude Code that reports this field at the end of a turn continues if it gets context
        # there; its newest versions show the reason of a block twice (2.1.176 to 2.1.330).
        self.context_continues = "background_tasks" in payload
        self.gemini_event = ""  # Gemini CLI's name of the event, "" for other clients
        self.is_closed = False  # its chamber is gone, or closed and its directory reused
        self.own, self.spool = chamber, text(chamber.get("spool"))

    def place(self, *parts: str) -> str:
        """Return the path of a file in the chamber."""
        return os.path.join(self.root, *parts)


def find_reader(own: Fields, payload: Fields, session_root: str) -> Reader | None:
    """Return the reader that made a call; None for the conductor and sessions outside chambers.

    `own` are the settings of the called hook. `session_root` is where its session was started, ""
    if the client does not say.
    """
    root, cwd = text(own.get("root")), text(payload.get("cwd"))
    if own.get("mode") == "chamber":
        return Reader(own, payload)
    hooks = os.path.join(root, HOOKS)
    session_chamber = chamber_in(f"{session_root or cwd}/", root, root)
    if session_chamber:  # its own settings start a hook, unless the project tracks them
        has_own_hooks = session_chamber.get("own_hooks")
        return None if has_own_hooks else Reader(session_chamber, payload)
    entered_chamber = chamber_entered_by(text(payload.get("session_id")), cwd, hooks)
    if entered_chamber:
        return Reader(entered_chamber, payload)
    agent = text(payload.get("agent_id"))
    if not agent:
        return bind_started_subagent(root, cwd, hooks, payload)
    memory = binding_path(hooks, agent)
    binding = read_json(memory)
    bound_root = text(binding.get("chamber"))
    if bound_root and not binding.get("ended") and was_closed(bound_root, memory):
        return closed_reader(bound_root, root, payload, memory)
    bound_chamber = load_chamber(bound_root)
    chamber = bound_chamber or first_chamber(payload.get("tool_input"), root, cwd)
    if not bound_chamber and chamber:
        write_json(memory, {"chamber": chamber["root"], "agent": agent})
    return Reader(chamber, payload, memory) if chamber else None


def chamber_entered_by(session: str, cwd: str, hooks: str) -> Fields:
    """Return the chamber that a session has moved to from the main checkout, {} for none.

    Claude Code's background sessions do that: their directory changes, their hooks do not.
    """
    root = text(read_json(session_path(hooks, session)).get("chamber")) if session else ""
    return load_chamber(root) if root and f"{cwd}/".startswith(f"{root}/") else {}


def session_path(hooks: str, session: str) -> str:
    """Return the file that names the chamber a session asked for as its worktree."""
    return os.path.join(hooks, "bindings", "sessions", f"{file_name_part(session)}.json")


def binding_path(hooks: str, agent: str) -> str:
    """Return the file that names the chamber a subagent works in."""
    return os.path.join(hooks, "bindings", f"{file_name_part(agent)}.json")


def was_closed(chamber: str, memory: str) -> bool:
    """Tell whether the chamber a subagent is bound to was closed or is not a worktree."""
    return os.path.exists(closed_mark(memory)) or is_gone(chamber)


def is_gone(chamber: str) -> bool:
    """Tell whether a chamber's directory is missing or not a worktree, which has a file `.git`."""
    return not os.path.isfile(os.path.join(chamber, ".git"))


def closed_mark(memory: str) -> str:
    """Return the mark, next to a binding, that says that its chamber was closed.

    The server writes it, because without chambers nothing else would start the hook.
    """
    return f"{memory.removesuffix('.json')}.closed"


def closed_reader(chamber: str, main: str, payload: Fields, memory: str = "") -> Reader:
    """Return the worker of a chamber that is gone."""
    fields: Fields = {"root": chamber, "chamber": os.path.basename(chamber), "main": main}
    reader = Reader(fields, payload, memory)
    reader.is_closed = True
    return reader


def bind_started_subagent(root: str, cwd: str, hooks: str, payload: Fields) -> Reader | None:
    """Bind the subagent that the conductor has just started to the chamber in its briefing."""
    started = object_of(payload.get("tool_response"))
    agent = text(started.get("agentId")) if started.get("status") == "async_launched" else ""
    chamber = first_chamber(payload.get("tool_input"), root, cwd) if agent else Fields()
    if not chamber:
        return None
    write_json(binding_path(hooks, agent), {"chamber": chamber["root"], "agent": agent})
    payload |= {"agent_id": agent, "hook_event_name": "SubagentStart"}
    return Reader(chamber, payload, binding_path(hooks, agent))


def first_chamber(value: Json, root: str, cwd: str) -> Fields:
    """Return the chamber of the first path in a tool's input that is in a chamber, else {}."""
    if isinstance(value, str):
        return chamber_in(value, root, cwd)
    items, no_chamber = (*object_of(value).values(), *items_of(value)), Fields()
    return next(filter(None, (first_chamber(item, root, cwd) for item in items)), no_chamber)


def chamber_in(words: str, root: str, cwd: str) -> Fields:
    """Return the first chamber named by a path or a command with paths, else {}."""
    at, path_count = words.find(".claude/work"), 0
    while at >= 0 and path_count < MAX_PATHS:
        before, bases = words[max(0, at - 4_096) : at], list[str]()
        folder, _, rest = words[at + len(".claude/") :][:256].partition("/")
        name = rest[: len(rest) - len(rest.lstrip(NAME_CHARACTERS))].rstrip(".")
        for main in (root, os.path.realpath(root)):
            _, separator, below = before.rpartition(f"{main}/")
            bases += [os.path.join(main, below)] if separator else []
        bases += [] if bases else linked_bases(before, root)
        relative = before.removesuffix("./")
        bases += [cwd] if not relative or relative[-1] in PATH_DELIMITERS else []
        for base in bases if name and folder in CHAMBER_FOLDERS else ():
            chamber = load_chamber(os.path.join(base, ".claude/worktrees", name))
            if chamber:
                return chamber
        at, path_count = words.find(".claude/work", at + 1), path_count + 1
    return {}


def linked_bases(before: str, root: str) -> list[str]:
    """Return the real directories that a path may begin with if a symbolic link leads to `root`."""
    word, real_root = before, os.path.realpath(root)
    for delimiter in PATH_DELIMITERS:
        word = word.rpartition(delimiter)[2]
    spellings = [spelling for spelling in (before, word) if spelling.startswith("/")]
    real_paths = [os.path.realpath(spelling) for spelling in spellings]
    return [path for path in real_paths if path == real_root or path.startswith(f"{real_root}/")]


def load_chamber(root: str) -> Fields:
    """Return the settings of the chamber at `root`, {} if there is none."""
    settings = settings_at(root) if root else Fields()
    return {**settings, "root": root} if settings.get("mode") == "chamber" else {}


def settings_at(root: str) -> Fields:
    """Return the hook's settings in a chamber or main checkout, {} unless they name this place.

    A repository can track a file with that name, but cannot know where it will be cloned.
    """
    settings = read_json(os.path.join(root, HOOKS, SETTINGS))
    place = text(settings.get("root"))
    is_here = place == root or (place and os.path.realpath(place) == os.path.realpath(root))
    return settings if is_here else {}
