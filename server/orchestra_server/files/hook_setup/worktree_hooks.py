"""The main checkout's hook lines through which Claude Code's subagents and worktrees get chambers.

They start the installed program, which asks the clone's daemon. Whatever fails, the client
continues: `WorktreeCreate` then makes an ordinary worktree in the shell, and says so on stderr; the
others answer nothing.
"""

import shlex

from orchestra_server.files.hook_setup.shell_guard import MARK, Command, any_matches
from orchestra_server.files.json_edit import Json

WORKTREE_EVENT = "WorktreeCreate"
LAUNCHING_TOOLS = "Agent|Task"
# Seconds. An `Agent` call may wait for the previous one; making a chamber may start the daemon.
_TIMEOUT_S = 120
_NAME = r"""sed -n 's/.*"name" *: *"\([A-Za-z0-9._-]*\)".*/\1/p'"""
_ORDINARY = (
    "name=$(printf '%s\\n' \"$asked\" | {name}); name=${{name:-worktree-$$}}; "
    'place={folder}/$name; [ -e "$place" ] && name=$name-$$ && place={folder}/$name; '
    'echo "orchestra: made an ordinary worktree instead of a chamber: $place" >&2; '
    'git -C {root} worktree add -q -b "worktree-$name" "$place" HEAD >&2 || '
    'git -C {root} worktree add -q --detach "$place" HEAD >&2 || exit 1; '
    "printf '%s\\n' \"$place\""
)


def worktree_groups(command: Command) -> dict[str, list[Json]]:
    """Return the main checkout's groups of handlers, by event."""
    return {
        "PreToolUse": [{"matcher": LAUNCHING_TOOLS, "hooks": [_handler(_start_line(command))]}],
        "SubagentStart": [{"hooks": [_handler(_brief_line(command))]}],
        WORKTREE_EVENT: [{"hooks": [_handler(_create_line(command))]}],
    }


def _handler(line: str) -> Json:
    return {"type": "command", "command": line, "timeout": _TIMEOUT_S}


def _program(command: Command) -> str:
    python, root = shlex.quote(str(command.python)), shlex.quote(str(command.root))
    return f"{python} -P -m orchestra_server hook {root}"


def _start_line(command: Command) -> str:
    """Start Python only if a chamber may be named or a worktree is asked for."""
    patterns = " ".join(command.present)
    return (
        f": {MARK}; asked=$(cat); set -- {patterns}; case $asked in *isolation*) ;; *) "
        f"{{ {any_matches(command.present)}; }} || exit 0 ;; esac; "
        f"printf '%s\\n' \"$asked\" | {_program(command)} 2>/dev/null || true"
    )


def _brief_line(command: Command) -> str:
    placed = f"{shlex.quote(str(command.code.parents[1] / 'agent-calls'))}/placed.*"
    return (
        f': {MARK}; set -- {placed}; [ -e "$1" ] || exec cat >/dev/null; '
        f"{_program(command)} 2>/dev/null || true"
    )


def _create_line(command: Command) -> str:
    root = shlex.quote(str(command.root))
    folder = shlex.quote(str(command.root / ".claude" / "worktrees"))
    return (
        f": {MARK}; asked=$(cat); place=$(printf '%s\\n' \"$asked\" | {_program(command)}) && "
        '[ -e "$place/.git" ] && { printf \'%s\\n\' "$place"; exit 0; }; '
        + _ORDINARY.format(name=_NAME, folder=folder, root=root)
    )
