"""Prints a command's answer, from the daemon or this process; it imports next to nothing."""

import io
import os
import sys
from collections.abc import Mapping
from typing import TextIO

_FAILED = 1
_MISUSED = 2
BROKEN_PIPE = 141  # the status that shells give a program ended by SIGPIPE

Answer = Mapping[str, object]


def show_or_say_why_not(answer: Answer) -> int:
    """Print an answer and return the exit code; failing to write the output is a failure."""
    try:
        return show_answer(answer)
    except BrokenPipeError:  # the reader is gone
        _forget_output()
        return BROKEN_PIPE
    except OSError as fault:
        _forget_output()
        sys.stderr.write(f"orchestra: the output cannot be written ({fault.strerror})\n")
        return _FAILED


def show_answer(answer: Answer) -> int:
    """Print an answer and return the exit code; raises OSError."""
    error = answer.get("error")
    if error is not None:
        _print(sys.stderr, f"orchestra: {error}\n")
        return _MISUSED if answer.get("misused") else _FAILED
    show_text(answer)
    note = answer.get("note")
    if note:
        sys.stdout.flush()
        _print(sys.stderr, f"orchestra: {note}\n")
    status = answer.get("status")
    return status if isinstance(status, int) else 0


def show_text(answer: Answer) -> None:
    """Print the text of an answer: as bytes for programs, in a pager, or on the terminal."""
    text = str(answer.get("text", ""))
    pager = str(answer.get("pager", ""))
    if answer.get("json") or answer.get("raw"):
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
        sys.stdout.buffer.flush()
    elif pager:
        from orchestra_tui.command_line.interaction.pager import page  # noqa: PLC0415 - only here

        page(pager, text)
    else:
        _print(sys.stdout, text)


def warn_of(line: str) -> None:
    """Print a clean line on stderr."""
    _print(sys.stderr, f"orchestra: {line}\n")


def _print(stream: TextIO, text: str) -> None:
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="replace")  # a terminal may lack a character
    stream.write(text)
    stream.flush()


def _forget_output() -> None:
    """Discard unwritten output: Python would report it again when it flushes at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
