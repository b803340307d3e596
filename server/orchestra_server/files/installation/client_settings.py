"""Orchestra's part of Claude Code's settings: hooks, and permission to call its tools.

Each event has one handler: a shell that puts a report into the spool, and starts Python only if
there is mail. A client waits for it, so that reports are written in the order of the events.
Writing tools, Bash and Orchestra's own tools have one more handler, for the guards. In a chamber a
change of the mailbox wakes an idle session: `asyncRewake` with exit code 2, which is undocumented
(seen in 2.1.330).
"""

import shlex
from collections.abc import Mapping

from orchestra_core.errors import BadInput
from orchestra_server.files import json_edit
from orchestra_server.files.hook.tool_guard import TOOL_PREFIX
from orchestra_server.files.hook_setup.bash_filter import WORKERS_ONLY, bash_line
from orchestra_server.files.hook_setup.shell_guard import (
    MARK,
    Command,
    asking,
    closed_first,
    guarded,
    reported,
    reported_if_asked,
)
from orchestra_server.files.hook_setup.worktree_hooks import LAUNCHING_TOOLS, worktree_groups
from orchestra_server.files.json_edit import Json

_OLD_MARK = "interrupt_agents"  # in other agents' settings of an older version
PERMISSION = "mcp__orchestration"
_TOOL_EVENTS = frozenset(("PreToolUse", "PostToolUse", "PostToolBatch"))
_REQUEST_EVENT = "PermissionRequest"
_MAIL_EVENTS = (
    "SessionStart",
    "UserPromptSubmit",
    "PreToolUse",
    "PostToolUse",
    "PostToolBatch",
    "Stop",
    "SubagentStop",
)
_REPORTED_EVENTS = (
    "SessionStart",
    "UserPromptSubmit",
    "PreToolUse",
    "PostToolUse",
    "Notification",
    "SubagentStart",
    "SubagentStop",
    "Stop",
    "StopFailure",
    "SessionEnd",
)
# At these events a session is no longer idle; a notice, or a subagent's end, does not begin a turn.
_ACTIVE_EVENTS = frozenset(_REPORTED_EVENTS) - {"Stop", "Notification", "SubagentStop"}
_WRITING_TOOLS = "Edit|Write|MultiEdit|NotebookEdit"
# Seconds; the hook needs a hundredth of that, and a hanging one must not block its worker.
_TIMEOUT_S = 10
_LOOKS = 50  # tenths of a second that the hook at the end of a turn is waited for
# A request waits for a person, and at its end the client asks by itself.
_ANSWER_TIMEOUT_S = 86_400

Hooks = Mapping[str, list[Json]]


def hooks_of(command: Command, *, worktrees: bool = False) -> Hooks:
    """Return Orchestra's groups of handlers for each event.

    With `worktrees`, those of the main checkout make chambers of the client's worktrees.
    """
    events = dict.fromkeys((*_MAIL_EVENTS, *_REPORTED_EVENTS))
    hooks = {event: _groups_of(event, command) for event in events}
    for event, groups in ({} if command.mailbox else worktree_groups(command)).items():
        hooks[event] = [*hooks.get(event, []), *(groups if worktrees else ())]
    hooks[_REQUEST_EVENT] = _asking(command)
    return {**hooks, **({"FileChanged": _waking(command)} if command.mailbox else {})}


def with_hooks(text: str, name: str, hooks: Hooks) -> str:
    """Return a settings file's text with `hooks` added; everything else stays as it is.

    Raises BadInput if the file is not JSON, or its hooks do not have the form that clients read.
    """
    for event, wanted in hooks.items():
        present = _groups(json_edit.check(text, name), name).get(event, [])
        if [group for group in present if _has_ours(group)] == wanted:
            continue
        if present:
            text = _without_ours(text, name, event)
        if not _groups(json_edit.check(text, name), name).get(event):
            text = (
                json_edit.put(text, ("hooks", event), wanted)
                if wanted
                else json_edit.remove(text, ("hooks", event))
            )
            continue
        for group in wanted:
            text = json_edit.append(text, ("hooks", event), group)
    return text


def without_hooks(text: str, name: str) -> str:
    """Return a settings file's text without Orchestra's handlers and what they leave empty."""
    for event in _groups(json_edit.check(text, name), name):
        text = _without_ours(text, name, event)
        if not _groups(json_edit.check(text, name), name)[event]:
            text = json_edit.remove(text, ("hooks", event))
    return _without_empty(text, name, "hooks")


def with_permission(text: str, name: str) -> str:
    """Return a settings file's text with the permission to call Orchestra's tools."""
    allowed = _allowed(json_edit.check(text, name), name)
    if allowed is None:
        return json_edit.put(text, ("permissions", "allow"), [PERMISSION])
    if PERMISSION in allowed:
        return text
    return json_edit.append(text, ("permissions", "allow"), PERMISSION)


def without_permission(text: str, name: str) -> str:
    """Return a settings file's text without that permission."""
    allowed = _allowed(json_edit.check(text, name), name)
    if allowed is None or PERMISSION not in allowed:
        return text
    if len(allowed) > 1:
        return json_edit.remove(text, ("permissions", "allow", allowed.index(PERMISSION)))
    text = json_edit.remove(text, ("permissions", "allow"))
    return _without_empty(text, name, "permissions")


def _groups_of(event: str, command: Command) -> list[Json]:
    matcher: dict[str, Json] = {"matcher": "*"} if event in _TOOL_EVENTS else {}
    groups: list[Json] = [{**matcher, "hooks": [_handler(event_line(event, command))]}]
    if event == "PreToolUse":
        line = guarded(command, command.present, "guard")
        groups.append({"matcher": _WRITING_TOOLS, "hooks": [_handler(line)]})
        groups.append({"matcher": "Bash", "hooks": [_handler(bash_line(command))]})
        groups.append({"matcher": f"{TOOL_PREFIX}.*", "hooks": [_handler(_tool_line(command))]})
    if event == "PostToolUse" and not command.mailbox:
        # At once and in Python: an unread report would leave a subagent without mail.
        line = guarded(command, command.present, "binding")
        groups.append({"matcher": LAUNCHING_TOOLS, "hooks": [_handler(line)]})
    return groups


def _asking(command: Command) -> list[Json]:
    """Return the handler for a request; it starts Python, because somebody waits anyway."""
    return [{"matcher": "*", "hooks": [_handler(asking(command), _ANSWER_TIMEOUT_S)]}]


def _handler(line: str, seconds: int = _TIMEOUT_S) -> Json:
    return {"type": "command", "command": line, "timeout": seconds}


def _tool_line(command: Command) -> str:
    """Return the line before a call of Orchestra's own tools, which only the conductor may use."""
    line = guarded(command, command.present, "tools")
    only_workers = f"asked=$(cat); {WORKERS_ONLY}; printf '%s\\n' \"$asked\" | {{ {line}; }}"
    return line if command.mailbox else only_workers


def event_line(event: str, command: Command) -> str:
    """Return the shell line for an event; a read-only directory is ignored.

    A client that reports ends of batches shows mail there, so its single calls need not check. The
    end of a turn is marked before the check for mail, so that later mail finds the mark.
    """
    batches, idle = (_mark(command, name) for name in ("batches", "idle"))
    report = reported(command, event) if event in _REPORTED_EVENTS else ""
    if event == "PostToolBatch":
        report = reported_if_asked(command, event)
    if event not in _MAIL_EVENTS:
        line = f": {MARK}; {report}"
    else:
        line = guarded(command, command.mail, "mail", report)
    if event == "PostToolUse":
        line = f"[ -e {batches} ] && {{ {report}; }}; {line}"
    elif event == "PostToolBatch":
        line = f"[ -e {batches} ] || true 2>/dev/null >{batches}; {line}"
    if command.mailbox and event == "Stop":
        line = f"echo $$ 2>/dev/null >{idle}; {line}"
    elif command.mailbox and event in _ACTIVE_EVENTS:
        line = f"[ -s {idle} ] && true 2>/dev/null >{idle}; {line}"
    return closed_first(command, event) + line if event in _MAIL_EVENTS else line


def _waking(command: Command) -> list[Json]:
    """Return the handler that wakes an idle session for mail; one at work finds mail by itself.

    The mark of an idle session has content, so that the shell itself can take it back: the number
    of the hook that ends the turn. While that one runs it may be reading the very mail, and its
    turn goes on then.
    """
    idle = _mark(command, "idle")
    said = "A message has arrived for the worker in this chamber."
    line = (
        f"cat >/dev/null; [ -e {command.mailbox} ] && read -r ending 2>/dev/null <{idle} "
        f'|| exit 0; looks=0; while kill -s 0 "$ending" 2>/dev/null && [ $looks -lt {_LOOKS} ]; '
        "do looks=$((looks + 1)); sleep 0.1; done; "
        f"[ -e {command.mailbox} ] && [ -s {idle} ] && rm {idle} 2>/dev/null "
        f"|| exit 0; echo {shlex.quote(said)} >&2; exit 2"
    )
    handler: Json = {
        "type": "command",
        "command": f": {MARK}; {line}",
        "async": True,
        "asyncRewake": True,
        "timeout": _TIMEOUT_S,
    }
    return [{"matcher": ".INTERRUPT", "hooks": [handler]}]


def _mark(command: Command, name: str) -> str:
    return shlex.quote(str(command.hooks / f"{MARK}.{name}"))


def _groups(settings: Mapping[str, Json], name: str) -> dict[str, list[Json]]:
    hooks = settings.get("hooks", {})
    if not isinstance(hooks, dict):
        raise BadInput(f'{name} has "hooks" that is not an object; correct it first')
    groups_by_event: dict[str, list[Json]] = {}
    for event, groups in hooks.items():
        if not isinstance(groups, list):
            raise BadInput(f'{name} has "hooks" whose {event!r} is not a list; correct it first')
        groups_by_event[event] = groups
    return groups_by_event


def _allowed(settings: Mapping[str, Json], name: str) -> list[Json] | None:
    permissions = settings.get("permissions", {})
    if not isinstance(permissions, dict):
        raise BadInput(f'{name} has "permissions" that is not an object; correct it first')
    allowed = permissions.get("allow")
    if allowed is not None and not isinstance(allowed, list):
        raise BadInput(f'{name} has "permissions" whose "allow" is not a list; correct it first')
    return allowed


def _without_ours(text: str, name: str, event: str) -> str:
    groups = _groups(json_edit.check(text, name), name)[event]
    for at in reversed(range(len(groups))):
        ours = [index for index, handler in enumerate(_handlers(groups[at])) if _is_ours(handler)]
        if ours and len(ours) == len(_handlers(groups[at])):
            text = json_edit.remove(text, ("hooks", event, at))
            continue
        for index in reversed(ours):
            text = json_edit.remove(text, ("hooks", event, at, "hooks", index))
    return text


def _has_ours(group: Json) -> bool:
    return any(map(_is_ours, _handlers(group)))


def _handlers(group: Json) -> list[Json]:
    handlers = group.get("hooks") if isinstance(group, dict) else None
    return handlers if isinstance(handlers, list) else []


def _is_ours(handler: Json) -> bool:
    command = handler.get("command") if isinstance(handler, dict) else None
    return isinstance(command, str) and any(mark in command for mark in (MARK, _OLD_MARK))


def _without_empty(text: str, name: str, key: str) -> str:
    return json_edit.remove(text, (key,)) if json_edit.check(text, name).get(key) == {} else text
