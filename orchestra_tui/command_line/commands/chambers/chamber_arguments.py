"""The arguments of the commands that create, show, land and close chambers."""

from orchestra_tui.command_line.argument_parser import CommandParser, CommandParsers


def add_chambers(commands: CommandParsers) -> None:
    """Add the commands that create, show, land and close chambers."""
    create = commands.add(
        "create",
        "create chambers, in the open task or in a new one",
        "Each chamber is a git worktree with a branch, a briefing and a mailbox. If no task is "
        "open, one is started. NAME:AGENT starts that agent there, NAME:AGENT+AGENT each agent in "
        "a chamber of its own, side by side.",
    )
    create.add_argument(
        "chambers", metavar="NAME", nargs="+", help="auth, auth:opencode, or auth:claude+opencode"
    )
    task_or_title = create.add_mutually_exclusive_group()
    task_or_title.add_argument(
        "--task", default="", metavar="ID", help="the task, if several are open"
    )
    task_or_title.add_argument(
        "--title", default="", metavar="TEXT", help="start a new task with this description"
    )
    create.add_argument(
        "--start", action="store_true", help="start an agent in each of them at once"
    )
    create.add_argument(
        "--agent",
        default="",
        metavar="NAME",
        help="with --start: an agent of the configuration, or several joined by +",
    )
    create.add_policy()
    create.add_json()
    _add_diff(commands)
    _add_land(commands)
    close = commands.add(
        "close",
        "close a chamber; its work is saved first",
        "Uncommitted and unmerged work is saved under a ref, and 'orchestra restore' brings it "
        "back.",
    )
    _chamber(close)
    close.add_argument(
        "--confirm", action="store_true", help="close it while its worker is at work"
    )
    close.add_json()


def _add_diff(commands: CommandParsers) -> None:
    diff = commands.add(
        "diff",
        "show what a chamber changed",
        "Committed work since the chamber's base; for a landed chamber what it brought to its "
        "branch, for a closed one what is saved. On a terminal it opens your pager, as git does; "
        "elsewhere it prints the patch exactly.",
    )
    _chamber(diff)
    parts = diff.add_mutually_exclusive_group()
    parts.add_argument(
        "--uncommitted",
        dest="part",
        action="store_const",
        const="uncommitted",
        default="committed",
        help="show only what is not committed, new files included",
    )
    parts.add_argument(
        "--all",
        dest="part",
        action="store_const",
        const="all",
        default="committed",
        help="show committed and uncommitted work together",
    )
    diff.add_argument("--stat", action="store_true", help="show only a table of the files")
    diff.add_json()


def _add_land(commands: CommandParsers) -> None:
    land = commands.add(
        "land",
        "land the work of a task's chambers",
        "Shows what would land, in which order, and what is in its way; then asks. All of the work "
        "lands in one step or none of it. Without a terminal it needs --yes.",
    )
    land.add_argument(
        "task", metavar="TASK", nargs="?", default="", help="the task, if several are open"
    )
    land.add_argument(
        "--only",
        metavar="CHAMBER",
        nargs="+",
        action="extend",
        default=[],
        help="land only these chambers; the others stay live",
    )
    land.add_argument(
        "--partial",
        action="store_true",
        help="land as many chambers as fit together; the others stay live",
    )
    land.add_argument(
        "--confirm",
        action="store_true",
        help="land in spite of a worker at work, an unread critical message, new files that look "
        "unintended, or a gate that is known to fail",
    )
    land.add_argument(
        "--again",
        action="store_true",
        help="run failed gates once more; one that then passes is flaky, and that is no pass",
    )
    land.add_argument(
        "-m",
        "--summary",
        default="",
        metavar="TEXT",
        help="what was done, for the commit message (default: the task's description)",
    )
    land.add_argument("--dry-run", action="store_true", help="only show what would happen")
    land.add_argument("-y", "--yes", action="store_true", help="do not ask")
    land.add_json()


def _chamber(parser: CommandParser) -> None:
    parser.add_argument("chamber", metavar="CHAMBER", help="the chamber's name, or TASK/CHAMBER")
    parser.add_task()
