"""The line that /bin/sh runs at each event of a client: it looks for mail before it starts Python.

Nearly every call finds none, so a worker waits only for the start of a shell and of `cat`. Nothing
cheaper reads stdin to its end, and a client whose hook does not may show an error; a shell's own
`read` takes it byte by byte.
"""

import shlex
from dataclasses import dataclass
from pathlib import Path

from orchestra_server.files.hook.closed_chamber import closed_answer, closed_message
from orchestra_server.files.hook.json_files import dump
from orchestra_server.files.hook.other_clients import GEMINI_EVENTS
from orchestra_server.files.hook_setup.hook_settings import (
    BINDINGS,
    ELSEWHERE,
    HOOK,
    HOOK_SETTINGS,
)

MARK = "interrupt_monitor"
# The words before `exec` keep cat from its message catalogues and from searching a long PATH:
# a sixth of the whole line.
DRAIN = "PATH=/bin:/usr/bin:$PATH LC_ALL=C exec cat >/dev/null"
_CAT = DRAIN.replace("exec ", "")
# Imported, not run, so that Python compiles it once; last on the path, so that it hides nothing.
_START = (
    f"import sys; sys.path.append(sys.argv[1]); import {MARK} as hook; "
    "hook.run(sys.argv[3], sys.argv[2])"
)


@dataclass(frozen=True, slots=True)
class Command:
    """A hook's program, and where to look before it is started."""

    python: Path
    code: Path  # the folder that it is imported from
    hooks: Path  # the folder of its settings and marks
    mail: tuple[str, ...]  # shell patterns, quoted; one of them matches when there may be mail
    present: tuple[str, ...]  # the same for a worker that has to be reported
    mailbox: str = ""  # the one file whose coming wakes an idle session; "" where none is woken
    chamber: Path | None = None  # whose settings these are; None for the main checkout's


def chamber_command(python: Path, code: Path, chamber: Path) -> Command:
    """Return the command of a chamber's own settings."""
    here = shlex.quote(str(chamber))
    mail, present, mailbox = f"{here}/.INTERRUPT*", f"{here}/.claude", f"{here}/.INTERRUPT"
    return Command(python, code, chamber / HOOK.parent, (mail,), (present,), mailbox, chamber)


def main_command(python: Path, code: Path, root: Path) -> Command:
    """Return the command of the main checkout, which looks into all chambers."""
    top = shlex.quote(str(root))
    folders = (f"{top}/.claude/worktrees/*", f"{top}/{ELSEWHERE}/*/*")
    return Command(
        python,
        code,
        root / HOOK.parent,
        (*(f"{chambers}/.INTERRUPT*" for chambers in folders), f"{top}/{BINDINGS}/*.closed"),
        tuple(f"{chambers}/{HOOK_SETTINGS}" for chambers in folders),
    )


def closed_first(command: Command, event: str) -> str:
    """Return what the line of a chamber begins with: where the chamber is gone, its answer.

    The hook cannot give it, because what it would read is gone as well.
    """
    if command.chamber is None:
        return ""
    gemini_event = event if event in GEMINI_EVENTS else ""
    event = GEMINI_EVENTS.get(event, event)
    answer = closed_answer(event, gemini_event, closed_message(event, command.chamber.name))
    said = f"printf %s {shlex.quote(dump(answer))}; " if answer else ""
    link = shlex.quote(str(command.chamber / ".git"))
    return f"[ -e {link} ] || {{ {_CAT}; {said}exit 0; }}; "


def guarded(command: Command, patterns: tuple[str, ...], subject: str) -> str:
    """Return one line for /bin/sh that runs the hook if one of `patterns` matches anything.

    It always reads its stdin, or some clients show an error.
    """
    python = shlex.quote(str(command.python))
    folders = f"{shlex.quote(str(command.code))} {shlex.quote(str(command.hooks))}"
    # A pattern that matches nothing stays as it is, so what the next one finds stands behind it.
    found = " || ".join(f'[ -e "${place}" ]' for place in range(1, len(patterns) + 1))
    found = f"{{ {found}; }}" if len(patterns) > 1 else found
    return (
        f"set -- {' '.join(patterns)}; {found} && [ -x {python} ] || {DRAIN}; "
        f"{python} -I -S -X utf8 -c '{_START}' {folders} {subject} 2>/dev/null || {DRAIN}"
    )
