"""The typed arguments as one object, and the overview that `orchestra --help` prints."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from orchestra_core import __version__
from orchestra_core.errors import BadInput
from orchestra_core.models import Requires
from orchestra_core.replies.review import DiffPart
from orchestra_core.workers.started_worker import Policy
from orchestra_tui.command_line.argument_parser import (
    CommandParser,
    CommandParsers,
    OverviewFormatter,
)
from orchestra_tui.command_line.command_arguments import COMMAND_GROUPS

_DESCRIPTION = """\
The control room for parallel coding agents on one git repository.
Without a command, open the room for the current repository.
"""
_EPILOG = """\
examples:
  orchestra init                    register Orchestra in this repository
  orchestra                         open the room
  orchestra demo                    watch a small orchestration run for real
  orchestra status --json           tasks, chambers and workers as JSON
  orchestra interrupt auth "Use the session table of PR 12"
  orchestra answer                  list what workers wait for
  orchestra events --follow         print the history, then new events
  orchestra create auth api         create two chambers, and a task if none is open
  orchestra start auth "Begin with the schema"
  orchestra diff auth               show what a chamber has committed, in your pager
  orchestra land                    show what would land, ask, and land it
  orchestra restore                 list the saved work of closed chambers

environment:
  ORCHESTRA_REDIS_URL   Redis 6.2 or newer, or Valkey, such as redis://localhost:6379/0;
                        if unset, a private Valkey is started on demand
  ORCHESTRA_STATE_DIR   directory of the private Valkey's data and of all logs
                        (default: ~/.local/state/orchestra)
  ORCHESTRA_PROJECT     project name in Redis; machines that set the same name share
                        the project (default: derived from the repository's path)
  ORCHESTRA_UNREAD_LIMIT  seconds until unread mail is marked overdue
                        (default: 120; 0: never)
  ORCHESTRA_STUCK_LIMIT  seconds until a worker that runs one tool, or reports nothing,
                        counts as stuck (default: 600; 0: never)
  ORCHESTRA_LINGER      seconds that the daemon stays once nobody needs it (default: 300)
  ORCHESTRA_HISTORY_KEEP  days of history that the daemon keeps (default: 0: all)
  XDG_CONFIG_HOME       directory of orchestra/config.toml (default: ~/.config); the
                        variables win over it; 'orchestra config' shows the values in use

exit codes: 0 success, 1 failure, 2 usage error
"""


@dataclass  # argparse uses `vars`, which does not work with slots
class Options:
    """The arguments of all commands; each command reads those it needs."""

    command: str = ""
    directory: Path = field(default_factory=Path)
    json: bool = False
    undo: bool = False
    isolation: bool = True
    worktrees: bool = True
    agents: list[str] = field(default_factory=list[str])
    headless: bool = False
    pace: float | None = None
    chamber: str = ""
    text: str = ""
    requires: Requires = "review"
    cancel: str = ""
    task: str = ""
    agent: str = ""
    policy: Policy = "edits"
    follow: bool = False
    transcript: str = ""
    start: bool = False
    after: int = 0
    http: bool = False
    port: int | None = None
    request: str = ""
    words: list[str] = field(default_factory=list[str])
    saved: str = ""
    listing: bool = False
    dry_run: bool = False
    chambers: list[str] = field(default_factory=list[str])
    title: str = ""
    part: DiffPart = "committed"
    stat: bool = False
    only: list[str] = field(default_factory=list[str])
    partial: bool = False
    confirm: bool = False
    again: bool = False
    summary: str = ""
    yes: bool = False
    default: bool = False
    edit: bool = False
    revoke: bool = False
    shell: str = ""


def read_options(arguments: Sequence[str]) -> Options:
    """Parse `arguments`; raises BadInput, or SystemExit for --help and --version."""
    parser = build_parser(arguments[0] if arguments else "")
    options = parser.parse_args(arguments, namespace=Options())
    options.directory = options.directory.absolute()
    if options.port is not None and not options.http:
        raise BadInput("--port needs HTTP; add --http, or omit --port to serve on stdio")
    if options.command == "interrupt":
        _check_interrupt(options)
    if options.command == "answer" and options.follow and options.request:
        raise BadInput("--follow shows all requests; omit ID")
    return options


def _check_interrupt(options: Options) -> None:
    if options.cancel and (options.chamber or options.text):
        raise BadInput("--cancel takes only a message id; omit CHAMBER and TEXT")
    if not options.cancel and not options.chamber:
        raise BadInput("CHAMBER and TEXT are missing; 'orchestra status' lists the chambers")
    if not options.cancel and not options.text.strip():
        raise BadInput("TEXT is missing; give the message for the worker")


def build_parser(first: str) -> CommandParser:
    """Return the parser of all commands, or only of the group that the first word belongs to."""
    parser = CommandParser(
        prog="orchestra",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        usage="orchestra [-C DIR] [COMMAND …]",
        formatter_class=OverviewFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--version",
        action="version",
        version=f"orchestra {__version__}",
        help="show the version and exit",
    )
    parser.add_argument(
        "-C",
        dest="directory",
        metavar="DIR",
        type=Path,
        help="run as if started in DIR",
    )
    commands = CommandParsers(parser)
    typed = [add for add, names in COMMAND_GROUPS.items() if first in names]
    for add in typed or COMMAND_GROUPS:
        add(commands)
    return parser
