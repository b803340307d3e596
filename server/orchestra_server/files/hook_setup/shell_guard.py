"""The lines that /bin/sh runs at a client's events: they leave a report, or start Python for mail.

Nearly every call finds no mail, so the usual cost for a worker is the start of a shell, and of
`cat` or `head`, which the shell becomes. The line puts the client's JSON into the spool after a
head, whose parts end with NUL: the settings' directory, the directory the session was started in,
and the client with its process id. Nothing cheaper reads stdin to its end, and clients other than
Claude Code may show an error for a hook that does not; a shell's own `read` takes one byte at a
time.
"""

import hashlib
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from orchestra_core.process.started_mark import STARTED
from orchestra_server.files.hook.closed_chamber import (
    closed_answer,
    closed_message,
    taken_message,
)
from orchestra_server.files.hook.cut_report import KEPT_BYTES
from orchestra_server.files.hook.find_reader import NAME_CHARACTERS
from orchestra_server.files.hook.json_files import dump, file_name_part
from orchestra_server.files.hook.other_clients import GEMINI_EVENTS
from orchestra_server.files.hook.requests.ask_operator import BELL, REQUESTS
from orchestra_server.files.hook.spool import SLOTS
from orchestra_server.files.hook_setup.hook_settings import (
    BINDINGS,
    ELSEWHERE,
    HOOK,
    HOOK_SETTINGS,
    owner_mark,
)
from orchestra_server.files.spool.spool_folder import SPOOL_IN_GIT

MARK = "interrupt_monitor"
# If this is in the environment, the line starts the hook even without mail.
PROBE = "ORCHESTRA_PROBE"
# The words before `exec` keep cat from loading message catalogues and searching a long PATH, which
# takes a sixth of the line's time.
_WORDS = "PATH=/bin:/usr/bin:$PATH LC_ALL=C"
_CAT = f"{_WORDS} exec cat"
# Claude Code does not mind that a hook reads no more; its environment has its process id. Of any
# other client's JSON all is read.
_KEEP = f'[ "$CLAUDE_PID" = $PPID ] && {_WORDS} exec head -c{KEPT_BYTES}; {_CAT}'
DRAIN = f"{_CAT} >/dev/null"
# An agent that Orchestra started reports and asks through its driver.
_UNLESS_STARTED = f'[ -z "${STARTED}" ] || {{ {DRAIN}; }}; '
_READ = DRAIN.replace("exec ", "")  # the line continues after it
# Imported, not run, so that Python caches its compiled form; last on the path, so that it hides
# nothing.
_START = (
    f"import sys; sys.path.append(sys.argv[1]); import {MARK} as hook; "
    "hook.run(sys.argv[3], sys.argv[2])"
)
_NAME_LENGTH = 63
_NAME = "@NAME@"  # does not occur in any answer
_DIGEST_LENGTH = 8


@dataclass(frozen=True, slots=True)
class Command:
    """A hook's program, and what to check before it is started."""

    python: Path
    code: Path  # the folder it is imported from
    root: Path  # the chamber, or the main checkout
    mail: tuple[str, ...]  # quoted shell patterns; one matches if there may be mail
    present: tuple[str, ...]  # likewise; one matches if there may be a worker to report
    mailbox: str = ""  # the file whose appearance wakes an idle session; "" if none is woken
    chamber: Path | None = None  # the client with these settings; None for the main checkout's
    owner: Path | None = None  # the file that exists while this chamber is the one at its path

    @property
    def hooks(self) -> Path:
        """The folder of the hook's settings and marks."""
        return self.root / HOOK.parent

    @property
    def reports(self) -> Path:
        """The prefix of its reports' paths; the code is next to the spool."""
        return self.code.parents[2] / SPOOL_IN_GIT / slot(self.root)


def slot(root: Path) -> str:
    """Return the prefix of the names of reports from one chamber or main checkout."""
    digest = hashlib.sha256(str(root).encode("utf-8", "surrogateescape")).hexdigest()
    return f"{file_name_part(root.name)[:_NAME_LENGTH]}.{digest[:_DIGEST_LENGTH]}"


def chamber_command(python: Path, code: Path, chamber: Path, chamber_id: str = "") -> Command:
    """Return the command for a chamber's own settings; the id tells it from later ones there."""
    here = shlex.quote(str(chamber))
    mail, present = f"{here}/.INTERRUPT*", f"{here}/.claude"
    owner = chamber / owner_mark(chamber_id) if chamber_id else None
    return Command(python, code, chamber, (mail,), (present,), f"{here}/.INTERRUPT", owner=owner)


def main_command(python: Path, code: Path, root: Path) -> Command:
    """Return the command for the main checkout, which looks into all chambers."""
    top = shlex.quote(str(root))
    folders = (f"{top}/.claude/worktrees/*", f"{top}/{ELSEWHERE}/*/*")
    return Command(
        python,
        code,
        root,
        (*(f"{chambers}/.INTERRUPT*" for chambers in folders), f"{top}/{BINDINGS}/*.closed"),
        tuple(f"{chambers}/{HOOK_SETTINGS}" for chambers in folders),
    )


def closed_first(command: Command, event: str) -> str:
    """Return the beginning of a chamber's line, which answers if the chamber is gone.

    The hook cannot answer then, because the files it reads are gone too. A worktree's `.git` is a
    file; a folder with that name is a repository that somebody made there. A session reads its
    lines once, at its start; if another chamber has its path by now, its own chamber's owner file
    is gone.
    """
    if not command.mailbox:
        return ""
    name, link = command.root.name, shlex.quote(str(command.root / ".git"))
    line = f"[ -f {link} ] || {_answered(event, closed_message, name)}; "
    if command.owner is None:
        return line
    own = shlex.quote(str(command.owner))
    marks = f"{shlex.quote(str(command.owner.with_suffix('')))}.*"
    others = _answered(event, taken_message, name)
    return f'{line}[ -e {own} ] || {{ set -- {marks}; [ ! -e "$1" ]; }} || {others}; '


def closed_in_main(command: Command, event: str) -> str:
    """Return the same for a client that runs the main checkout's hook in all worktrees.

    The shell sees by its own directory that its session was in a chamber that is gone.
    """
    top = shlex.quote(f"{command.root}/.claude/worktrees/")
    answered = _answered(event, closed_message, '"$2"')
    is_gone = f'[ -f "$1$2/.git" ] || {answered}'
    named = f'case "$2" in *[!{NAME_CHARACTERS}]*) ;; *) {is_gone} ;; esac'
    name = 'set -- "$1" "${2#"$1"}"; set -- "$1" "${2%%/*}"'
    return f'set -- {top} "$PWD/"; case "$2" in "$1"*/*) {name}; {named} ;; esac; '


def _answered(event: str, message: Callable[[str, str], str], name: str) -> str:
    """Return a command group that reads stdin, prints the answer to an event and exits.

    `name` is a chamber's name, or a shell parameter in double quotes.
    """
    gemini_event = event if event in GEMINI_EVENTS else ""
    event = GEMINI_EVENTS.get(event, event)
    is_parameter = name.startswith('"')
    answer = closed_answer(event, gemini_event, message(event, _NAME if is_parameter else name))
    parts = dump(answer).split(_NAME) if is_parameter else [dump(answer)]
    printed = f"printf %s {f' {name} '.join(map(shlex.quote, parts))}; " if answer else ""
    return f"{{ {_READ}; {printed}exit 0; }}"


def guarded(command: Command, patterns: tuple[str, ...], subject: str, otherwise: str = "") -> str:
    """Return one line for /bin/sh that runs the hook if one of `patterns` matches anything.

    Otherwise it runs `otherwise`, which must read stdin to its end; "" does only that.
    """
    look, start = _look(command, patterns, otherwise), _started(command, subject)
    return f"{look}; {start} 2>/dev/null || {DRAIN}"


def asking(command: Command) -> str:
    """Return one line for /bin/sh that becomes the asking hook if there may be a worker.

    The shell is replaced, so that the end of this process is the end of the hook. An agent that
    Orchestra started asks through its driver, not a second time here.
    """
    look = _look(command, command.present)
    return f"{_UNLESS_STARTED}{look}; exec {_started(command, 'request')} 2>/dev/null"


def _look(command: Command, patterns: tuple[str, ...], otherwise: str = "") -> str:
    python = shlex.quote(str(command.python))
    condition = f'{{ {any_matches(patterns)} || [ "${PROBE}" ]; }} && [ -x {python} ]'
    return f"set -- {' '.join(patterns)}; {condition} || {{ {otherwise or DRAIN}; }}"


def _started(command: Command, subject: str) -> str:
    folders = f"{shlex.quote(str(command.code))} {shlex.quote(str(command.hooks))}"
    python = shlex.quote(str(command.python))
    return f"{python} -I -S -X utf8 -c '{_START}' {folders} {subject}"


def reported(command: Command, event: str, client: str = "claude") -> str:
    """Return a line for /bin/sh that leaves a report of `event` if there is a worker to report.

    Nothing runs after it: the shell becomes `cat`, or `head`, which leaves a long report's
    beginning. Without a writable spool it only reads stdin.
    """
    anyone = "" if command.mailbox else f"set -- {' '.join(command.present)}; "
    anyone += "" if command.mailbox else f"{{ {any_matches(command.present)}; }} || {DRAIN}; "
    root, path = shlex.quote(str(command.root)), shlex.quote(f"{command.reports}.{event}.")
    source = f"{client}:$PPID" if client == "claude" else client
    head = f"printf '%s\\0' {root} \"$CLAUDE_PROJECT_DIR\" {source}"
    keep = _KEEP if client == "claude" else _CAT
    report = f"{{ {head}; {keep}; }} 2>/dev/null >{path}$(($$%{SLOTS})); {DRAIN}"
    return f"{_UNLESS_STARTED}{anyone}{report}"


def reported_if_asked(command: Command, event: str) -> str:
    """Return the same for an event that is reported only while a request waits for an answer."""
    bells = f"{shlex.quote(str(command.reports.parent.with_name(REQUESTS)))}/*.{BELL}"
    return f"set -- {bells}; {any_matches((bells,))} || {{ {DRAIN}; }}; {reported(command, event)}"


def any_matches(patterns: tuple[str, ...]) -> str:
    """Return the shell test whether any of the set patterns matches a file.

    A pattern without a match stays an argument, so the first match of the next pattern follows it.
    """
    return " || ".join(f'[ -e "${place}" ]' for place in range(1, len(patterns) + 1))
