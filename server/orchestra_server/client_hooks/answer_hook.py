"""Answers the events by which Claude Code starts a subagent or makes a worktree."""

import os
import re
import sys
from collections.abc import Callable

from orchestra_core.clone.common_directory import common_directory
from orchestra_server.client_hooks.make_chamber import make_chamber
from orchestra_server.files.hook.answer_events import NOT_RUN
from orchestra_server.files.hook.find_reader import HOOKS, binding_path, session_path
from orchestra_server.files.hook.json_files import Fields, dump, object_of, parse, text, write_json
from orchestra_server.files.subagents.agent_baton import AgentBaton, note_placed, take_placed
from orchestra_server.files.subagents.agent_definitions import defines_worktree
from orchestra_server.files.subagents.briefing import briefing
from orchestra_server.files.subagents.named_chamber import named_chamber, standing_chambers

# Seconds that a call waits for the previous one, which may be waiting for the person.
_BATON_SECONDS = 60.0
_OF_AGENT = re.compile(r"agent-([A-Za-z0-9]+)")
_BUSY = (
    f"{NOT_RUN}: another agent call of this session has not begun yet, and their "
    "worktrees must not be confused. Repeat the call once that one has begun or ended."
)
_AS_WRITTEN = (
    f"{NOT_RUN}: auto mode judges a call as you wrote it, so no hook may say where its agent "
    'starts. Repeat the call with isolation "worktree": it then starts in its chamber.'
)


def answer_hook(root: str) -> int:
    """Answer the event on stdin for the main checkout at `root`; returns 0 if the answer counts."""
    payload = object_of(parse(sys.stdin.buffer.read()))
    common_dir = common_directory(root)[1]
    answer = _ANSWERS[text(payload.get("hook_event_name"))](root, common_dir, payload)
    sys.stdout.write(f"{answer}\n" if answer else "")
    return 0


def start_agent(
    root: str, common_dir: str, payload: Fields, seconds: float = _BATON_SECONDS
) -> str:
    """Make a conductor's subagent start in the chamber that its prompt names.

    A call that names none gets a new chamber if it asks for a worktree, else nothing.
    """
    call = object_of(payload.get("tool_input"))
    isolation = text(call.get("isolation"))
    if payload.get("agent_id") or call.get("cwd") or isolation not in ("", "worktree"):
        return ""
    chambers = standing_chambers(root)
    if text(payload.get("cwd")) in chambers.values():
        return ""  # a worker's own subagent works in the worker's chamber
    chamber = chambers.get(named_chamber(call, chambers), "")
    agent_type, home = text(call.get("subagent_type")), os.environ.get("HOME", "")
    if not isolation and defines_worktree(agent_type, root, home):
        isolation = "worktree"
    if not chamber and not isolation:
        return ""
    if not isolation and payload.get("permission_mode") == "auto":
        return _denial(_AS_WRITTEN)
    prompt = text(call.get("prompt"))
    fields: Fields = {"chamber": chamber, "prompt": prompt}
    baton = AgentBaton(common_dir, text(payload.get("session_id")))
    use_id, transcript = (text(payload.get(part)) for part in ("tool_use_id", "transcript_path"))
    if baton.take(use_id, transcript, fields, seconds):
        return "" if isolation else _isolated(call)
    # Without isolation it starts in the main checkout, and its prompt names its chamber.
    return _denial(_BUSY) if isolation else ""


def create_worktree(root: str, common_dir: str, payload: Fields) -> str:
    """Return the path of the chamber that is the worktree; raises OrchestraError if there is none.

    A subagent is bound to it before it starts, a session as long as it is in it.
    """
    name = text(payload.get("name"))
    of_agent = _OF_AGENT.fullmatch(name)
    hooks = os.path.join(root, HOOKS)
    if of_agent is None:
        chamber = make_chamber(root, common_dir, name)
        session = text(payload.get("session_id"))
        write_json(session_path(hooks, session), {"chamber": chamber})
        return chamber
    call = AgentBaton(common_dir, text(payload.get("session_id"))).pass_on()
    chamber, prompt = text(call.get("chamber")), text(call.get("prompt"))
    if not chamber or not os.path.exists(os.path.join(chamber, HOOKS)):
        chamber = make_chamber(root, common_dir, name, prompt, actor="conductor")
    agent = of_agent[1]
    write_json(binding_path(hooks, agent), {"chamber": chamber, "agent": agent})
    note_placed(common_dir, agent, {"chamber": chamber, "prompt": prompt})
    return chamber


def brief_agent(root: str, common_dir: str, payload: Fields) -> str:
    """Tell a subagent that was placed in a chamber what its prompt does not say."""
    del root
    placed = take_placed(common_dir, text(payload.get("agent_id")))
    words = briefing(text(placed.get("chamber")), text(placed.get("prompt"))) if placed else ""
    return _answer("SubagentStart", {"additionalContext": words}) if words else ""


def _isolated(call: Fields) -> str:
    return _answer("PreToolUse", {"updatedInput": {**call, "isolation": "worktree"}})


def _denial(reason: str) -> str:
    denial: Fields = {"permissionDecision": "deny", "permissionDecisionReason": reason}
    return _answer("PreToolUse", denial)


def _answer(event: str, fields: Fields) -> str:
    return dump({"hookSpecificOutput": {"hookEventName": event, **fields}})


_ANSWERS: dict[str, Callable[[str, str, Fields], str]] = {
    "PreToolUse": start_agent,
    "WorktreeCreate": create_worktree,
    "SubagentStart": brief_agent,
}
