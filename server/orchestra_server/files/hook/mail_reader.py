"""Whose mail it is: who has made a call, and which chamber that is in.

A session started in a chamber is its worker. A subagent of the conductor is bound to the chamber
that the first path of its calls, or of its briefing, lies in. The conductor reads nobody's mail.
"""

import os

from orchestra_server.files.hook.plain_files import (
    Fields,
    Json,
    items_of,
    object_of,
    read_json,
    safe,
    text,
    write_json,
)

MAIL = ".INTERRUPT"
HOOKS = ".claude/hooks"
SETTINGS = "interrupt_monitor.json"
FOLDERS = ("worktrees", "workspaces")
NAME = "abcdefghijklmnopqrstuvwxyz0123456789._-"  # what a chamber's name is made of
MOST_PATHS = 100  # a file that is written may name chambers without end
BEFORE = " \t\r\n'\"=;("  # what may stand before a relative path in a command


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
        # Claude Code since it tells of these at the end of a turn goes on when it is only informed
        # there; a block's reason its newest shows twice (2.1.176 to 2.1.330).
        self.goes_on_informed = "background_tasks" in payload
        self.gemini_event = ""  # how Gemini CLI calls the event, where it is the client

    def place(self, *parts: str) -> str:
        """Return the path of something in the chamber."""
        return os.path.join(self.root, *parts)


def find_reader(own: Fields, hooks: str, payload: Fields) -> Reader | None:
    """Return who in a chamber has made a call, None for the conductor and anyone else."""
    root, cwd = text(own.get("root")), text(payload.get("cwd"))
    if own.get("mode") == "chamber":
        return Reader(own, payload)
    around = chamber_in(os.environ.get("CLAUDE_PROJECT_DIR", cwd) + "/", root, root)
    if around:  # a session begun in a chamber has its own hooks, unless the project's files forbid
        return None if around.get("own_hooks") else Reader(around, payload)
    agent = text(payload.get("agent_id"))
    if not agent:
        return bind_briefed(root, cwd, hooks, payload)
    memory = binding(hooks, agent)
    known = load_chamber(text(read_json(memory).get("chamber")))
    chamber = known or first_chamber(payload.get("tool_input"), root, cwd)
    if not known and chamber:
        write_json(memory, {"chamber": chamber["root"], "agent": agent})
    return Reader(chamber, payload, memory) if chamber else None


def binding(hooks: str, agent: str) -> str:
    """Return the file that says which chamber a subagent works in."""
    return os.path.join(hooks, "bindings", f"{safe(agent)}.json")


def bind_briefed(root: str, cwd: str, hooks: str, payload: Fields) -> Reader | None:
    """Return the subagent that the conductor has just started, bound by the briefing it gave."""
    started = object_of(payload.get("tool_response"))
    agent = text(started.get("agentId")) if started.get("status") == "async_launched" else ""
    chamber = first_chamber(payload.get("tool_input"), root, cwd) if agent else Fields()
    if not chamber:
        return None
    write_json(binding(hooks, agent), {"chamber": chamber["root"], "agent": agent})
    payload |= {"agent_id": agent, "hook_event_name": "SubagentStart"}
    return Reader(chamber, payload, binding(hooks, agent))


def first_chamber(value: Json, root: str, cwd: str) -> Fields:
    """Return the chamber of the first path in a tool's input that lies in one, {} for none."""
    if isinstance(value, str):
        return chamber_in(value, root, cwd)
    inner, nothing = (*object_of(value).values(), *items_of(value)), Fields()
    return next(filter(None, (first_chamber(item, root, cwd) for item in inner)), nothing)


def chamber_in(words: str, root: str, cwd: str) -> Fields:
    """Return the chamber that a path, or a command with paths in it, names first; {} for none."""
    at, looked = words.find(".claude/work"), 0
    while at >= 0 and looked < MOST_PATHS:
        before, bases = words[max(0, at - 4_096) : at], list[str]()
        folder, _, rest = words[at + len(".claude/") :][:256].partition("/")
        name = rest[: len(rest) - len(rest.lstrip(NAME))].rstrip(".")
        for known in (root, os.path.realpath(root)):
            _, found, middle = before.rpartition(f"{known}/")
            bases += [os.path.join(known, middle)] if found else []
        relative = before.removesuffix("./")
        bases += [cwd] if not relative or relative[-1] in BEFORE else []
        for base in bases if name and folder in FOLDERS else ():
            chamber = load_chamber(os.path.join(base, ".claude/worktrees", name))
            if chamber:
                return chamber
        at, looked = words.find(".claude/work", at + 1), looked + 1
    return {}


def load_chamber(root: str) -> Fields:
    """Return the chamber at `root` where Orchestra has furnished one, else {}."""
    settings = read_json(os.path.join(root, HOOKS, SETTINGS)) if root else {}
    return {**settings, "root": root} if settings.get("mode") == "chamber" else {}
