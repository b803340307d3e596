"""An argument parser that imports little, reports one-line errors, and explains each command."""

import argparse
from typing import Any, NoReturn

from orchestra_core.errors import BadInput
from orchestra_tui.command_line.interaction.terminal_width import terminal_width


class PlainFormatter(argparse.HelpFormatter):
    """Gets the terminal's width without shutil, which argparse would import."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=terminal_width() - 2)


class OverviewFormatter(argparse.RawDescriptionHelpFormatter):
    """Keeps line breaks as written, and leaves room for the longest command name."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=terminal_width() - 2)
        self._action_max_length = 16


class CommandParser(argparse.ArgumentParser):
    """An argument parser with one-line errors, like every other error of Orchestra."""

    is_intermixed = False  # options may come between the words

    def parse_known_args(  # type: ignore[override]
        self, args: Any = None, namespace: Any = None
    ) -> tuple[Any, list[str]]:
        """Parse arguments; if wanted, optional words are found after options too."""
        if not self.is_intermixed:
            return super().parse_known_args(args, namespace)
        self.is_intermixed = False  # the method called next calls this one
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self.is_intermixed = True

    def error(self, message: str) -> NoReturn:
        """Raise BadInput instead of printing the usage and exiting."""
        raise BadInput(f"{message}; '{self.prog} --help' shows the usage")

    def add_json(self, what: str = "print one JSON document") -> None:
        """Add the option to print JSON instead of lines."""
        self.add_argument("--json", action="store_true", help=what)

    def add_task(self) -> None:
        """Add the option that names a chamber's task."""
        self.add_argument(
            "--task", default="", metavar="ID", help="the task, if the chamber's name is not unique"
        )

    def add_policy(self) -> None:
        """Add the option that says what started agents may do unasked."""
        self.add_argument(
            "--policy",
            choices=("ask", "edits", "all"),
            default="edits",
            help="what an agent that starts may do unasked: change its own files and commit "
            "(edits, the default), nothing (ask), or anything that stays in its chamber (all)",
        )


class CommandParsers:
    """The commands' parsers, each with its summary as the first sentence of its help."""

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
