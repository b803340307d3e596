"""The probe that proves a chamber ready: starts its hook as a client would.

The server runs a command of the chamber's settings through /bin/sh, with the event `Handshake` and
a `nonce` on stdin; a variable makes the shell start Python even without mail. The hook prints one
JSON object: the nonce as `handshake`, its `chamber_id`, and `spool_writable`. It changes nothing.
So a missing interpreter, a broken settings file or an unusable spool is noticed at once, and not
only when the first message stays unread.
"""

import os
import secrets
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
from msgspec import Struct

from orchestra_server.domain.chambers.chamber_lifecycle import HookProbe
from orchestra_server.files.hook_setup.hook_code import HOOKS_IN_GIT
from orchestra_server.files.hook_setup.hook_settings import is_outdated
from orchestra_server.files.hook_setup.shell_guard import (
    MARK,
    PROBE,
    chamber_command,
    main_command,
)
from orchestra_server.files.installation.client_settings import event_line

EVENT = "Handshake"
SETTINGS = Path(".claude", "settings.local.json")
# Any event that reads mail would do; this is a session's first one.
_ASKED = "SessionStart"
# Seconds. The hook answers in 0.03 s; a machine busy with twenty chambers may take a while.
_SECONDS = 10.0
_MUTE = "it cannot write to the spool in the git directory, so nothing that it does is seen"
_OUTDATED = "is from another version of Orchestra; 'orchestra reconcile' replaces it"


class _Handler(Struct, frozen=True):
    command: str = ""


class _Group(Struct, frozen=True):
    hooks: tuple[_Handler, ...] = ()


class _SettingsFile(Struct, frozen=True):
    hooks: dict[str, tuple[_Group, ...]] = {}


class _Answer(Struct, frozen=True):
    handshake: str
    chamber_id: str
    spool_writable: bool = False


def probe_hook(
    chamber_path: Path, chamber_id: str, main_checkout: Path, common_dir: Path
) -> HookProbe:
    """Ask the hook that serves a chamber: its own, or else the main checkout's.

    The repository may track such settings, so only a command that Orchestra writes is run. Blocks
    for at most ten seconds. Raises nothing: a worker can work in a chamber without a hook.
    """
    commands = [
        (directory, command)
        for directory in (chamber_path, main_checkout)
        if (command := _command_in(directory / SETTINGS))
    ]
    if not commands:
        return HookProbe(ready=False, note=f"{chamber_path / SETTINGS} starts no hook of Orchestra")
    own_commands = (
        command
        for directory, command in commands
        if _is_ours(command, directory, main_checkout, common_dir, chamber_id)
    )
    command = next(own_commands, "")
    if not command:
        return HookProbe(ready=False, note=_why_not_run(commands[0][0]))
    nonce = secrets.token_hex(8)
    payload = {
        "hook_event_name": EVENT,
        "session_id": "orchestra-handshake",
        "cwd": str(chamber_path),
        "nonce": nonce,
    }
    try:
        output = _run(command, chamber_path, msgspec.json.encode(payload))
    except TimeoutError:
        return HookProbe(ready=False, note=f"the hook did not end within {_SECONDS:.0f} s")
    except OSError as fault:
        return HookProbe(ready=False, note=f"the hook could not be started ({fault.strerror})")
    return _judge(output, nonce, chamber_id)


def _command_in(path: Path) -> str:
    try:
        settings = msgspec.json.decode(path.read_bytes(), type=_SettingsFile)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return ""
    handlers = (handler for group in settings.hooks.get(_ASKED, ()) for handler in group.hooks)
    return next((handler.command for handler in handlers if MARK in handler.command), "")


def _is_ours(
    command: str, directory: Path, main_checkout: Path, common_dir: Path, chamber_id: str
) -> bool:
    """Tell whether Orchestra writes exactly this, with an interpreter outside the repository.

    It may be from any version: all of them are in the git directory, where no commit can put a
    file. Commands of chambers made before 2026-11-27 name no chamber id.
    """
    try:
        words = shlex.split(command)
        python, code = words[words.index("-I") - 1], Path(words[words.index("-c") + 2])
    except (ValueError, IndexError):
        return False
    if code.parent.resolve() != (common_dir / HOOKS_IN_GIT).resolve():
        return False
    if Path(python).is_relative_to(main_checkout) and python != sys.executable:
        return False
    if directory == main_checkout:
        own_commands = [main_command(Path(python), code, directory)]
    else:
        own_commands = [
            chamber_command(Path(python), code, directory, possible_id)
            for possible_id in (chamber_id, "")
        ]
    return command in [event_line(_ASKED, own_command) for own_command in own_commands]


def _why_not_run(directory: Path) -> str:
    """Return why a command was not run: Orchestra does not write it, or no longer does."""
    reason = _OUTDATED if is_outdated(directory) else "is not ours; it was not run"
    return f"{directory / SETTINGS} starts a hook that {reason}"


def _run(command: str, directory: Path, stdin: bytes) -> bytes:
    with subprocess.Popen(  # noqa: S603 - the command stands in the chamber's own settings
        ["/bin/sh", "-c", command],
        cwd=directory,
        env={**os.environ, "CLAUDE_PROJECT_DIR": str(directory), PROBE: "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # a hung hook is killed with all its processes
    ) as process:
        try:
            return process.communicate(stdin, _SECONDS)[0]
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise TimeoutError from None


def _judge(output: bytes, nonce: str, chamber_id: str) -> HookProbe:
    try:
        answer = msgspec.json.decode(output, type=_Answer)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return HookProbe(ready=False, note="the hook did not answer: it or its settings are broken")
    if answer.handshake != nonce:
        return HookProbe(ready=False, note="the hook's answer does not repeat the nonce")
    if answer.chamber_id != chamber_id:
        answered_id = answer.chamber_id or "none"
        return HookProbe(ready=False, note=f"the hook takes the chamber for {answered_id!r}")
    return HookProbe(ready=True, note="" if answer.spool_writable else _MUTE)
