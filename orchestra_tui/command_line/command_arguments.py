"""The arguments of each command, and the sentences that explain them."""

import argparse
from collections.abc import Callable

from orchestra_tui.command_line.argument_parser import CommandParsers
from orchestra_tui.command_line.commands.chambers.chamber_arguments import add_chambers


def add_setup(commands: CommandParsers) -> None:
    """Add the commands that install, check and demonstrate."""
    _add_init(commands)
    _add_demo(commands)
    _add_doctor(commands)
    _add_config(commands)
    _add_trust(commands)
    _add_completion(commands)


def _add_init(commands: CommandParsers) -> None:
    init = commands.add(
        "init",
        "register Orchestra in this repository",
        "Adds the MCP server to .mcp.json and the hooks to .claude/settings.local.json; "
        "existing entries are kept, and running it twice changes nothing.",
    )
    init.add_argument("--undo", action="store_true", help="remove exactly what init added")
    init.add_argument(
        "--no-isolation",
        dest="isolation",
        action="store_false",
        help="let workers write outside their chambers; run init again to forbid it",
    )
    init.add_argument(
        "--no-worktrees",
        dest="worktrees",
        action="store_false",
        help="leave Claude Code's own worktrees alone; run init again to make them chambers",
    )
    init.add_argument(
        "--agent",
        dest="agents",
        action="append",
        default=[],  # argparse appends to a copy; without this the field's own default gets lost
        metavar="NAME",
        help="also set up new chambers for codex, gemini or opencode; repeatable",
    )


def _add_demo(commands: CommandParsers) -> None:
    demo = commands.add(
        "demo",
        "watch a small orchestration run for real",
        "Creates a temporary repository, lets a scripted conductor and workers play in it until "
        "you quit, and leaves nothing behind. The workers read the interrupts that you send.",
    )
    demo.add_argument(
        "--headless",
        action="store_true",
        help="print the events as JSON lines, without the room",
    )
    demo.add_argument(
        "--pace", type=_seconds, metavar="SECONDS", help="pause before each step of a worker"
    )


def _add_doctor(commands: CommandParsers) -> None:
    doctor = commands.add(
        "doctor",
        "check what Orchestra needs and suggest fixes",
        "Exits with 1 if a required check fails.",
    )
    doctor.add_json("print the checks as one JSON document")


def _add_config(commands: CommandParsers) -> None:
    config = commands.add(
        "config",
        "show every option with its value and where it is set",
        "An option is set in the environment, in your config.toml or in the repository's "
        "orchestra.toml, or has its default. Exits with 2 if something in a file is wrong.",
    )
    shown = config.add_mutually_exclusive_group()
    shown.add_argument(
        "--default", action="store_true", help="print a commented file with every option"
    )
    shown.add_argument("--edit", action="store_true", help="open your file in your editor")
    shown.add_argument("--json", action="store_true", help="print one JSON document")


def _add_trust(commands: CommandParsers) -> None:
    trust = commands.add(
        "trust",
        "show what the repository's orchestra.toml would run, and allow it",
        "Gates and setup run with your rights. None runs before you have seen it here, or after "
        "it has changed. What you trust is noted below your state directory, for this clone.",
    )
    trust.add_argument("--yes", action="store_true", help="allow it without a question")
    trust.add_argument("--revoke", action="store_true", help="withdraw what was allowed")


def _add_completion(commands: CommandParsers) -> None:
    completion = commands.add(
        "completion",
        "print a script that completes this command in a shell",
        "Names of chambers, tasks and saves are completed too. For bash: "
        'eval "$(orchestra completion bash)" in ~/.bashrc; for zsh the same in ~/.zshrc, behind '
        "compinit; for fish: orchestra completion fish > ~/.config/fish/completions/orchestra.fish",
    )
    completion.add_argument(
        "shell", metavar="SHELL", choices=("bash", "zsh", "fish"), help="bash, zsh or fish"
    )


def add_work(commands: CommandParsers) -> None:
    """Add the commands for daily work."""
    _add_status(commands)
    _add_interrupt(commands)
    _add_resume(commands)
    _add_start(commands)
    _add_stop(commands)
    _add_answer(commands)
    _add_events(commands)


def _add_status(commands: CommandParsers) -> None:
    status = commands.add("status", "show tasks, chambers, workers and unread mail")
    status.add_json()


def _add_interrupt(commands: CommandParsers) -> None:
    interrupt = commands.add(
        "interrupt",
        "send a message to a chamber's worker",
        "The worker reads it before its next step. Put '--' before a text that starts with a dash. "
        "With --cancel, cancel an unread message instead.",
    )
    interrupt.add_argument(
        "chamber", metavar="CHAMBER", nargs="?", default="", help="the chamber's name, such as auth"
    )
    interrupt.add_argument("text", metavar="TEXT", nargs="?", default="", help="the message")
    interrupt.is_intermixed = True
    interrupt.add_argument(
        "--requires",
        choices=("review", "stop", "suspend"),
        default="review",
        help="what the worker must do: read it and continue (review, the default), stop and "
        "report (stop), or be blocked until 'orchestra resume' (suspend)",
    )
    interrupt.add_argument(
        "--cancel", default="", metavar="ID", help="cancel the unread message with this id"
    )
    interrupt.add_task()


def _add_resume(commands: CommandParsers) -> None:
    resume = commands.add(
        "resume",
        "resume a suspended worker",
        "Its tools run again, and it is told to continue.",
    )
    resume.add_argument("chamber", metavar="CHAMBER", help="the chamber's name, such as auth")
    resume.add_task()


def _add_start(commands: CommandParsers) -> None:
    start = commands.add(
        "start",
        "start an agent in a chamber",
        "It gets its briefing, and runs until it is stopped or its chamber closes."
        " Its permissions and questions are answered in the room or by 'orchestra answer'.",
    )
    start.add_argument("chamber", metavar="CHAMBER", help="the chamber's name, such as auth")
    start.add_argument(
        "text", metavar="TEXT", nargs="?", default="", help="what to tell it besides its briefing"
    )
    start.add_argument(
        "--agent", default="", metavar="NAME", help="an agent of the configuration, such as claude"
    )
    start.add_policy()
    start.add_task()
    start.is_intermixed = True


def _add_stop(commands: CommandParsers) -> None:
    stop = commands.add(
        "stop",
        "stop the agent in a chamber",
        "Returns when it has ended. What it has made stays in the chamber.",
    )
    stop.add_argument("chamber", metavar="CHAMBER", help="the chamber's name, such as auth")
    stop.add_task()


def _add_answer(commands: CommandParsers) -> None:
    answer = commands.add(
        "answer",
        "list what workers wait for, or answer it",
        "Without ID, list the open requests. With ID alone, show all that is asked. The first "
        "answer wins, even one given in the worker's own terminal. Put '--' before words that "
        "start with a dash.",
    )
    answer.add_argument(
        "request",
        metavar="ID",
        nargs="?",
        default="",
        help="the request's id or its beginning, or its chamber's name",
    )
    answer.add_argument(
        "words",
        metavar="ANSWER",
        nargs="*",
        default=[],
        help="allow, allow-like (this and similar calls in this chamber from now on), or deny "
        "with words for the worker; for a question an option's number or your own words",
    )
    answer.add_argument(
        "--follow",
        action="store_true",
        help="print requests as they come until Ctrl-C; they wait for an answer meanwhile",
    )
    answer.add_json("print one JSON document; with --follow each event as one line of JSON")


def _add_events(commands: CommandParsers) -> None:
    events = commands.add("events", "print the project's history")
    events.add_argument(
        "--follow", action="store_true", help="keep printing new events until Ctrl-C"
    )
    events.add_json("print each event as one line of JSON")
    events.add_argument(
        "--transcript",
        default="",
        metavar="CHAMBER",
        help="instead of events, print everything the agent in CHAMBER was told, said and did",
    )
    events.add_argument(
        "--after", type=_count, default=0, metavar="SEQ", help="print only events after SEQ"
    )


def add_recovery(commands: CommandParsers) -> None:
    """Add the commands that bring work and state back."""
    restore = commands.add(
        "restore",
        "restore a closed chamber, or list what is saved",
        "Restores commits, index, tracked and untracked files, and a merge or rebase in "
        "progress. "
        "Without a chamber, list everything that is saved.",
    )
    restore.add_argument(
        "saved",
        metavar="TASK/CHAMBER",
        nargs="?",
        default="",
        help="the chamber whose last save is restored; its name alone if that is unique; "
        "or a listed ref",
    )
    restore.add_argument(
        "--list",
        dest="listing",
        action="store_true",
        help="list saved work, of one task or all",
    )
    restore.add_json()
    reconcile = commands.add(
        "reconcile",
        "compare the store, git and the disk, and repair differences",
        "Runs automatically when a server starts. Work is saved before anything is removed.",
    )
    reconcile.add_argument(
        "--dry-run", action="store_true", help="show the differences without changing anything"
    )
    reconcile.add_json()


def add_service(commands: CommandParsers) -> None:
    """Add the commands that start and stop servers."""
    serve = commands.add(
        "serve",
        "run the MCP server, on stdio or over HTTP",
        "Clients that start the server use stdio. HTTP listens on loopback only and requires "
        "the token printed at start.",
    )
    serve.add_argument("--http", action="store_true", help="serve over HTTP on loopback")
    serve.add_argument("--port", type=_port, metavar="N", help="HTTP port; 0 picks a free one")
    commands.add(
        "down",
        "stop this clone's daemon and the private Valkey",
        "Nothing is lost, and both start again when needed.",
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


# Only the group of the typed command is built, because each argument costs time.
COMMAND_GROUPS: dict[Callable[[CommandParsers], None], tuple[str, ...]] = {
    add_setup: ("init", "demo", "doctor", "config", "trust", "completion"),
    add_work: ("status", "interrupt", "resume", "start", "stop", "answer", "events"),
    add_chambers: ("create", "diff", "land", "close"),
    add_recovery: ("restore", "reconcile"),
    add_service: ("serve", "down"),
}
