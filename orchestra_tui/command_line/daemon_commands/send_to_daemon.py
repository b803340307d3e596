"""Sends commands to the clone's daemon, which has everything loaded, so that this process need not.

It imports next to nothing. Anything but plain forms it leaves to the argument parser, and what no
daemon answers to the command itself.
"""

import os
import sys
from collections.abc import Callable, Sequence
from functools import partial

from orchestra_core.clone.common_directory import common_directory
from orchestra_core.daemon.ask_daemon import ask_daemon, introduction
from orchestra_core.process.file_mask import file_mask
from orchestra_tui.command_line.daemon_commands.parse_command import (
    CHAMBER_COMMANDS,
    Command,
    is_known,
    parse_command,
)
from orchestra_tui.command_line.interaction.show_answer import (
    Answer,
    show_or_say_why_not,
    warn_of,
)
from orchestra_tui.command_line.interaction.terminal_width import terminal_width

_ANSWER_SECONDS = 15.0
INTERRUPTED = 130  # the status that shells give a program ended by SIGINT
# Asks the daemon for a command with these additional fields; None if it does not answer.
_Ask = Callable[[Command], Answer | None]


def answered_warm(arguments: Sequence[str], typed_at: int) -> int | None:
    """Have the daemon run a command and return its exit code; None if it cannot be asked.

    Also returns None if the daemon ended before its answer. It may have run the command, so a
    repeat must have the same `typed_at`, in milliseconds.
    """
    directory, command = _read(list(arguments))
    if command is None or not os.path.isdir(directory):
        return None
    root, common = common_directory(os.path.realpath(directory))
    if not common:
        return None
    ask = partial(_ask, common, {**command, "root": root, "typed_at": typed_at})
    try:
        if command["name"] in CHAMBER_COMMANDS:
            return _run_for_chambers(ask, command)
        answer = ask({})
        return None if answer is None else show_or_say_why_not(answer)
    except KeyboardInterrupt:
        return INTERRUPTED


def _ask(common: str, command: Command, more: Command) -> Answer | None:
    members = {name: value for name, value in command.items() if name not in ("dry_run", "yes")}
    question = {
        "call": "command",
        "command": {**members, **more},
        **introduction(common, os.environ),
    }
    told = warn_of if command["name"] in CHAMBER_COMMANDS else None
    answer = ask_daemon(common, question, _ANSWER_SECONDS, told)
    return None if answer is None or answer.get("differs") else answer


def _run_for_chambers(ask: _Ask, command: Command) -> int | None:
    """Run a command with the git, hooks and pager of this shell."""
    more: Command = {"environ": dict(os.environ), "umask": file_mask()}
    if command["name"] == "diff":
        more |= {"terminal": sys.stdout.isatty(), "columns": terminal_width()}
    if command["name"] == "land":
        return _land(ask, command, more)
    answer = ask(more)
    return None if answer is None else show_or_say_why_not(answer)


def _land(ask: _Ask, command: Command, more: Command) -> int | None:
    from orchestra_tui.command_line.interaction.land_in_steps import (  # noqa: PLC0415 - only here
        land_in_steps,
    )

    dry_run, yes = bool(command.get("dry_run")), bool(command.get("yes"))
    if not (dry_run or yes or (sys.stdin.isatty() and sys.stderr.isatty())):
        return None  # the command itself says that nobody can be asked
    return land_in_steps(
        lambda step: ask({**more, "step": step}),
        as_json=bool(command.get("json")),
        dry_run=dry_run,
        yes=yes,
    )


def _read(arguments: list[str]) -> tuple[str, Command | None]:
    """Return the directory and the command; None unless the command is in its plain form."""
    directory = "."
    if arguments[:1] == ["-C"] and len(arguments) > 1:
        directory, arguments = arguments[1], arguments[2:]
    if not arguments or not is_known(arguments[0]):
        return directory, None
    return directory, parse_command(arguments[0], arguments[1:])
