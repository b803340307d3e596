"""An argument parser that imports little, reports errors in one line, and explains each command."""

import argparse
from typing import Any, NoReturn

from orchestra_core.errors import BadInput
from orchestra_tui.command_line.interaction.terminal_width import terminal_width


class PlainFormatter(argparse.HelpFormatter):
    """Takes the terminal's width without shutil, which argparse would import."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=terminal_width() - 2)


class OverviewFormatter(argparse.RawDescriptionHelpFormatter):
    """Keeps line breaks as written, and leaves room for the longest command name."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=terminal_width() - 2)
        self._action_max_length = 16


class CommandParser(argparse.ArgumentParser):
    """An argument parser whose errors are one line, like every other error of Orchestra."""

    is_intermixed = False  # options may stand between the words

    def parse_known_args(  # type: ignore[override]
        self, args: Any = None, namespace: Any = None
    ) -> tuple[Any, list[str]]:
        """Read arguments; a word that may be left out is found behind options too, if wanted."""
        if not self.is_intermixed:
            return super().parse_known_args(args, namespace)
        self.is_intermixed = False  # the next call calls this one
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self.is_intermixed = True

    def error(self, message: str) -> NoReturn:
        """Raise BadInput instead of printing the usage and exiting."""
        raise BadInput(f"{message}; '{self.prog} --help' shows the usage")

    def add_json(self, what: str = "print one JSON document") -> None:
        """Let the command print JSON in place of lines."""
        self.add_argument("--json", action="store_true", help=what)

    def add_task(self) -> None:
        """Let the operator name the task of a chamber."""
        self.add_argument(
            "--task", default="", metavar="ID", help="the task, if the chamber's name is not unique"
        )

    def add_policy(self) -> None:
        """Let the operator say what agents that start may do unasked."""
        self.add_argument(
            "--policy",
            choices=("ask", "edits", "all"),
            default="edits",
            help="what an agent that starts may do unasked: change its own files and commit "
            "(edits, the default), nothing (ask), or all that stays in its chamber (all)",
        )


class CommandParsers:
    """The parsers of the commands, each with its summary as the first sentence of its help."""

    def __init__(self, parser: CommandParser) -> None:
        self._parsers = parser.add_subparsers(
            dest="command", metavar="COMMAND", title="commands", prog="orchestra"
        )

    def add(self, name: str, summary: str, more: str = "") -> CommandParser:
        """Return the parser of one more command."""
        description = f"{summary[0].upper()}{summary[1:]}. {more}".rstrip()
        return self._parsers.add_parser(
            name,
            help=summary,
            description=description,
            allow_abbrev=False,
            formatter_class=PlainFormatter,
        )
