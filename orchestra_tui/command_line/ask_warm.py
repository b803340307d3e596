"""Commands that the clone's daemon answers: it is warm, and this process need not become so.

It imports next to nothing. What it does not understand at a glance, it leaves to the parser of
arguments, and what no daemon answers, to the command itself.
"""

import io
import os
import sys
from collections.abc import Sequence
from typing import TextIO

from orchestra_core.clone.common_directory import common_directory
from orchestra_core.daemon.ask_daemon import ask_daemon, introduction

_REST = "words"  # a word that stands for all that are left
# What each command takes: flags, options with a value, and how many words.
_COMMANDS = {
    "status": (("--json",), (), ()),
    "interrupt": ((), ("--requires", "--task", "--cancel"), ("chamber", "text")),
    "resume": ((), ("--task",), ("chamber",)),
    "start": ((), ("--agent", "--policy", "--task"), ("chamber", "text")),
    "stop": ((), ("--task",), ("chamber",)),
    "answer": (("--json",), (), ("request", _REST)),
    "__complete": ((), (), ("kind",)),
}
_REQUIRES = ("review", "stop", "suspend")
_ANSWER_SECONDS = 15.0
_FAILED = 1
INTERRUPTED = 130  # as a shell says of a program that SIGINT ended
BROKEN_PIPE = 141  # as a shell says of a program that SIGPIPE ended
_MISUSED = 2


def answered_warm(arguments: Sequence[str], typed_at: int) -> int | None:
    """Have the daemon run a command and return its exit code; None where it cannot be asked.

    None as well where the daemon ended before its answer. It may have run the command: whoever
    runs it again gives it the same `typed_at`, in milliseconds.
    """
    directory, command = _read(list(arguments))
    if command is None or not os.path.isdir(directory):
        return None
    root, common = common_directory(os.path.realpath(directory))
    if not common:
        return None
    question = {
        "call": "command",
        "command": {**command, "root": root, "typed_at": typed_at},
        **introduction(common, os.environ),
    }
    try:
        answer = ask_daemon(common, question, _ANSWER_SECONDS)
    except KeyboardInterrupt:
        return INTERRUPTED
    if answer is None or answer.get("differs"):
        return None
    return _show_or_say_why_not(answer)


def _show_or_say_why_not(answer: dict[str, object]) -> int:
    try:
        return _show(answer)
    except BrokenPipeError:  # the reader is gone
        _forget_output()
        return BROKEN_PIPE
    except OSError as fault:
        _forget_output()
        sys.stderr.write(f"orchestra: the output cannot be written ({fault.strerror})\n")
        return _FAILED


def _forget_output() -> None:
    """Send what was not written nowhere: Python would report it again when it flushes at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _read(arguments: list[str]) -> tuple[str, dict[str, object] | None]:
    """Return the directory and the command, None for anything but a command in its plain form."""
    directory = "."
    if arguments[:1] == ["-C"] and len(arguments) > 1:
        directory, arguments = arguments[1], arguments[2:]
    if not arguments or arguments[0] not in _COMMANDS:
        return directory, None
    return directory, plain_command(arguments[0], arguments[1:])


def plain_command(name: str, arguments: list[str]) -> dict[str, object] | None:
    """Return a command's members, None where its arguments are not in their plain form."""
    flags, valued, words = _COMMANDS[name]
    command: dict[str, object] = {"name": name}
    given = list[str]()
    rest = iter(arguments)
    for argument in rest:
        if argument in flags:
            command[argument.lstrip("-")] = True
        elif argument in valued:
            command[argument.lstrip("-")] = next(rest, "")
        elif argument.startswith("-"):
            return None
        else:
            given.append(argument)
    expected = () if command.get("cancel") else words
    if _REST in expected:
        command[_REST], given = given[1:], given[:1]
        expected = expected[: len(given)]
    named = [command[option.lstrip("-")] for option in valued if option.lstrip("-") in command]
    if len(given) != len(expected) or "" in named or "" in given:
        return None
    if command.get("requires", "review") not in _REQUIRES:
        return None
    return {**command, **dict(zip(expected, given, strict=True))}


def _show(answer: dict[str, object]) -> int:
    error = answer.get("error")
    if error is not None:
        sys.stderr.write(f"orchestra: {error}\n")
        return _MISUSED if answer.get("misused") else _FAILED
    text = str(answer.get("text", ""))
    if answer.get("json"):
        sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()
    else:
        _print(sys.stdout, text)
    return 0


def _print(stream: TextIO, text: str) -> None:
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="replace")  # a terminal may lack a character
    stream.write(text)
    stream.flush()
