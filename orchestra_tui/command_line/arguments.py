"""What was typed, as one typed object, and the words that explain it."""

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from orchestra_core import __version__
from orchestra_core.errors import BadInput
from orchestra_core.models import Requires

_DESCRIPTION = """\
The control room for parallel coding agents on one git repository.
Without a command it opens the room for the repository it stands in.
"""
_EPILOG = """\
examples:
  orchestra init                    register Orchestra in this repository
  orchestra                         open the room
  orchestra demo                    watch a small real orchestration
  orchestra status --json           what is going on, for a program
  orchestra interrupt auth "Use the session table of PR 12"
  orchestra events --follow         the history, and then what happens
  orchestra restore                 what is saved of closed chambers

environment:
  ORCHESTRA_REDIS_URL   Redis 6.2 or newer, or Valkey, such as redis://localhost:6379/0;
                        without it a private Valkey is started when it is needed
  ORCHESTRA_STATE_DIR   where the private Valkey keeps its data and everything its logs
                        (default: ~/.local/state/orchestra)
  ORCHESTRA_PROJECT     the project's name in Redis; two machines that set it alike
                        share one room (default: made from the repository's first path)
  ORCHESTRA_UNREAD_LIMIT  after how many seconds the room calls unread mail urgent
                        (default: 120; 0 is never)

exit codes: 0 done, 1 failed, 2 wrongly called
"""


@dataclass  # argparse reads and writes it through `vars`, which slots do not have
class Options:
    """Everything any command takes; each reads its own."""

    command: str = ""
    directory: Path = field(default_factory=Path)
    json: bool = False
    undo: bool = False
    isolation: bool = True
    agents: list[str] = field(default_factory=list[str])
    headless: bool = False
    pace: float | None = None
    chamber: str = ""
    text: str = ""
    requires: Requires = "review"
    cancel: str = ""
    task: str = ""
    follow: bool = False
    after: int = 0
    http: bool = False
    port: int | None = None
    saved: str = ""
    listing: bool = False
    dry_run: bool = False


def read_options(arguments: Sequence[str]) -> Options:
    """Return what `arguments` say; raises BadInput, or SystemExit for --help and --version."""
    parser = _parser(arguments[0] if arguments else "")
    options = parser.parse_args(arguments, namespace=Options())
    options.directory = options.directory.absolute()
    if options.port is not None and not options.http:
        raise BadInput("--port is for HTTP; add --http, or leave it out to serve on stdio")
    if options.command == "interrupt":
        _check_interrupt(options)
    return options


def _check_interrupt(options: Options) -> None:
    if options.cancel and (options.chamber or options.text):
        raise BadInput("--cancel takes the message's id alone; leave CHAMBER and TEXT out")
    if not options.cancel and not options.chamber:
        raise BadInput("CHAMBER and TEXT are missing; 'orchestra status' shows the chambers")
    if not options.cancel and not options.text.strip():
        raise BadInput("TEXT is missing; say in at least a word what the worker should know")


_STDOUT = 1
_COLUMNS = 80  # where there is no terminal


class _Plain(argparse.HelpFormatter):
    """Knows the terminal's width without shutil, which argparse would import for each argument."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_columns() - 2)


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Keeps our own line ends, with room for the longest command beside its summary."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_columns() - 2)
        self._action_max_length = 16


def _columns() -> int:
    told = os.environ.get("COLUMNS", "")
    if told.isdecimal() and int(told):
        return int(told)
    try:
        return os.get_terminal_size(_STDOUT).columns or _COLUMNS
    except OSError:
        return _COLUMNS


class _Parser(argparse.ArgumentParser):
    """An argument parser whose complaint is one line, like every other error of Orchestra."""

    def error(self, message: str) -> NoReturn:
        raise BadInput(f"{message}; '{self.prog} --help' shows what is possible")


def _parser(first: str) -> _Parser:
    """Return the parser; where the first word is a command, without the other groups of them."""
    parser = _Parser(
        prog="orchestra",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        usage="orchestra [-C DIR] [COMMAND …]",
        formatter_class=_Formatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--version",
        action="version",
        version=f"orchestra {__version__}",
        help="say which version this is",
    )
    parser.add_argument(
        "-C",
        dest="directory",
        metavar="DIR",
        type=Path,
        help="act as if started in DIR",
    )
    commands = _Commands(parser)
    groups = {
        _add_setup: ("init", "demo", "doctor"),
        _add_work: ("status", "interrupt", "resume", "events"),
        _add_mending: ("restore", "reconcile"),
        _add_service: ("serve", "down"),
    }
    asked = [add for add, names in groups.items() if first in names]
    for add in asked or groups:
        add(commands)
    return parser


class _Commands:
    """The parsers of the commands, each with its summary as the first sentence of its help."""

    def __init__(self, parser: _Parser) -> None:
        self._parsers = parser.add_subparsers(
            dest="command", metavar="COMMAND", title="commands", prog="orchestra"
        )

    def add(self, name: str, summary: str, more: str = "") -> _Parser:
        description = f"{summary[0].upper()}{summary[1:]}. {more}".rstrip()
        return self._parsers.add_parser(
            name,
            help=summary,
            description=description,
            allow_abbrev=False,
            formatter_class=_Plain,
        )


def _json(parser: _Parser, what: str) -> None:
    parser.add_argument("--json", action="store_true", help=what)


def _task(parser: _Parser) -> None:
    parser.add_argument(
        "--task", default="", metavar="ID", help="the task, where the chamber's name is not enough"
    )


def _add_setup(commands: _Commands) -> None:
    init = commands.add(
        "init",
        "register Orchestra in this repository",
        "Adds the MCP server to .mcp.json and the hooks to .claude/settings.local.json; "
        "what stands there already is kept, and doing it twice changes nothing.",
    )
    init.add_argument("--undo", action="store_true", help="take out exactly what init put in")
    init.add_argument(
        "--no-isolation",
        dest="isolation",
        action="store_false",
        help="let workers write outside their chambers; init without it forbids that again",
    )
    init.add_argument(
        "--agent",
        dest="agents",
        action="append",
        default=[],  # argparse appends to a copy; without it the field's own default gets lost
        metavar="NAME",
        help="furnish new chambers for codex, gemini or opencode too; may be given more than once",
    )
    demo = commands.add(
        "demo",
        "watch a small real orchestration",
        "Makes a repository in a temporary directory, plays a conductor with three workers on it, "
        "and leaves nothing behind. An interrupt you send there reaches a worker.",
    )
    demo.add_argument(
        "--headless", action="store_true", help="without the room: print the events as JSON lines"
    )
    demo.add_argument(
        "--pace", type=_seconds, metavar="SECONDS", help="how long a worker thinks before each step"
    )
    doctor = commands.add(
        "doctor",
        "check what Orchestra needs and say how to mend it",
        "Exits with 1 when something that is needed does not work.",
    )
    _json(doctor, "print the checks as one JSON document")


def _add_work(commands: _Commands) -> None:
    status = commands.add("status", "show tasks, chambers, workers and unread mail")
    _json(status, "print all of it as one JSON document")
    interrupt = commands.add(
        "interrupt",
        "send a message to the worker of a chamber",
        "The worker reads it before its next step. A text beginning with a dash goes behind '--'. "
        "With --cancel a message that is still unread is called back instead.",
    )
    interrupt.add_argument(
        "chamber", metavar="CHAMBER", nargs="?", default="", help="the chamber's name, such as auth"
    )
    interrupt.add_argument(
        "text", metavar="TEXT", nargs="?", default="", help="what the worker should know or do"
    )
    interrupt.add_argument(
        "--requires",
        choices=("review", "stop", "suspend"),
        default="review",
        help="what it asks for: read and go on (review, the default), finish nothing more and "
        "report (stop), or no tool runs until 'orchestra resume' (suspend)",
    )
    interrupt.add_argument(
        "--cancel", default="", metavar="ID", help="call the unread message with this id back"
    )
    _task(interrupt)
    resume = commands.add(
        "resume",
        "let the tools of a suspended chamber run again",
        "Its worker is told to go on.",
    )
    resume.add_argument("chamber", metavar="CHAMBER", help="the chamber's name, such as auth")
    _task(resume)
    events = commands.add("events", "print the project's history")
    events.add_argument(
        "--follow", action="store_true", help="go on with what happens, until Ctrl-C"
    )
    _json(events, "print each event as one line of JSON")
    events.add_argument(
        "--after", type=_count, default=0, metavar="SEQ", help="only what came after event SEQ"
    )


def _add_mending(commands: _Commands) -> None:
    restore = commands.add(
        "restore",
        "bring a closed chamber back, or list what is saved",
        "A chamber comes back exactly: commits, index, files, untracked ones too, and a merge or "
        "rebase that was under way. "
        "Without one, everything that is saved is listed.",
    )
    restore.add_argument(
        "saved",
        metavar="TASK/CHAMBER",
        nargs="?",
        default="",
        help="the chamber, its last save; its name alone where that is enough; "
        "or one of the refs that are listed",
    )
    restore.add_argument(
        "--list", dest="listing", action="store_true", help="list what is saved, of one task or all"
    )
    _json(restore, "print the answer as one JSON document")
    reconcile = commands.add(
        "reconcile",
        "compare the store, git and the disk, and mend what differs",
        "Runs by itself whenever a server starts. Nothing is destroyed: what would go is saved.",
    )
    reconcile.add_argument(
        "--dry-run", action="store_true", help="say what differs and change nothing"
    )
    _json(reconcile, "print what was found as one JSON document")


def _add_service(commands: _Commands) -> None:
    serve = commands.add(
        "serve",
        "run the MCP server, on stdio or over HTTP",
        "Clients that start it themselves use stdio. HTTP listens on this machine only and asks "
        "for the token it names when it starts.",
    )
    serve.add_argument("--http", action="store_true", help="serve over HTTP on loopback")
    serve.add_argument(
        "--port", type=_port, metavar="N", help="the port for HTTP; 0 takes a free one"
    )
    commands.add(
        "down",
        "stop the private Valkey",
        "Nothing is lost: it starts again with all its data when it is next needed.",
    )


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 up")
    return int(text)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65_535:  # noqa: PLR2004 - the highest there is
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; use 0 to 65535")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 3600:  # noqa: PLR2004 - an hour a step is nobody's intention
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds from 0 to 3600")
    return seconds
