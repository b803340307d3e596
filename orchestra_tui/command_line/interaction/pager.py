"""The operator's pager as git chooses it: GIT_PAGER, pager.diff, core.pager, PAGER, less."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from orchestra_server.git.process.run import run_git

# What git sets for a pager where the user has not: git-config(1), core.pager.
_PAGER_ENVIRONMENT = {"LESS": "FRX", "LV": "-c"}
_NO_PAGER = ("", "cat")


@dataclass(frozen=True, slots=True)
class DiffTaste:
    """How the operator's git shows a diff: through which pager, "" for none, and in colour."""

    pager: str
    color: bool


def read_diff_taste(directory: Path) -> DiffTaste:
    """Return what git would do for `git diff` on a terminal in `directory`."""
    own = run_git(directory, "config", "--get", "pager.diff").out.strip()
    usual = run_git(directory, "var", "GIT_PAGER").out.strip()
    pager = {"": usual, "true": usual, "false": ""}.get(own, own)
    colored = run_git(directory, "config", "--get-colorbool", "color.diff", "true").out.strip()
    color = colored == "true" and not os.environ.get("NO_COLOR")
    return DiffTaste("" if pager in _NO_PAGER else pager, color)


def page(pager: str, text: str) -> None:
    """Show `text` in the pager, or print it if there is none."""
    data = text.encode("utf-8", "replace")
    sys.stdout.flush()
    if not pager or not text:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    environ = {**_PAGER_ENVIRONMENT, **os.environ}
    # A shell runs it, as git has it: the setting may have options.
    process = subprocess.Popen(pager, shell=True, stdin=subprocess.PIPE, env=environ)  # noqa: S602
    former = signal.signal(signal.SIGINT, signal.SIG_IGN)  # ctrl+c is the pager's
    try:
        with suppress(BrokenPipeError):  # left before its end
            process.communicate(data)
        process.wait()
    finally:
        signal.signal(signal.SIGINT, former)
