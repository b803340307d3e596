"""`orchestra completion`: prints the script that completes the command line in a shell."""

import argparse
from collections.abc import Iterator
from typing import Any

from orchestra_tui.command_line.arguments import build_parser
from orchestra_tui.command_line.commands.shell_completion.completion_functions import (
    PREAMBLE,
    completer,
)
from orchestra_tui.command_line.print_output import print_text

# The kind of names an argument takes, by the field that holds its value.
_KINDS = {
    "chamber": "live",
    "only": "live",
    "task": "tasks",
    "saved": "saves",
    "cancel": "mail",
    "request": "requests",
}
_KINDS_OF = {("diff", "chamber"): "chambers"}


def run(shell: str) -> int:
    """Print the script."""
    print_text(completion_script(shell))
    return 0


def completion_script(shell: str) -> str:
    """Return the script for a shell: it contains commands and options, and asks for names."""
    import shtab  # noqa: PLC0415 - only here

    parser = build_parser("")
    _mark(parser, "")
    for name, subparser in _commands(parser):
        subparser.description = (subparser.description or "").partition(". ")[0].removesuffix(".")
        _mark(subparser, name)
    script = shtab.complete(parser, shell=shell, preamble=PREAMBLE[shell])
    return f"{script.rstrip()}\n"


def _mark(parser: argparse.ArgumentParser, command: str) -> None:
    """Tell shtab how to complete each argument."""
    import shtab  # noqa: PLC0415 - as above

    for action in _arguments(parser):
        kind = _KINDS_OF.get((command, action.dest)) or _KINDS.get(action.dest)
        complete: Any = shtab.DIRECTORY if action.dest == "directory" else None
        if kind is not None:
            complete = completer(kind)
        if complete is not None:
            action.complete = complete  # pyright: ignore[reportAttributeAccessIssue] - shtab's name


def _arguments(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    return parser._actions  # noqa: SLF001 - argparse tells them nowhere else, and shtab reads it


def _commands(
    parser: argparse.ArgumentParser,
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in _arguments(parser):
        choices: Any = vars(action)["choices"]
        if hasattr(choices, "items"):  # the commands' parsers, by name
            yield from choices.items()
