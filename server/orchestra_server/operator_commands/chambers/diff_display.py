"""How the caller's git shows a diff: its pager (GIT_PAGER, pager.diff or PAGER) and its colours."""

from dataclasses import dataclass
from pathlib import Path

from orchestra_server.git.process.caller_environ import caller_environ
from orchestra_server.git.process.run import run_git

_NO_PAGER = ("", "cat")


@dataclass(frozen=True, slots=True)
class DiffDisplay:
    """The pager that shows a diff, "" for none, and whether it is in colour."""

    pager: str
    color: bool


def read_diff_display(directory: Path) -> DiffDisplay:
    """Return what git would do for `git diff` on a terminal in `directory`. Blocking."""
    own = run_git(directory, "config", "--get", "pager.diff").out.strip()
    usual = run_git(directory, "var", "GIT_PAGER").out.strip()
    pager = {"": usual, "true": usual, "false": ""}.get(own, own)
    colored = run_git(directory, "config", "--get-colorbool", "color.diff", "true").out.strip()
    color = colored == "true" and not caller_environ().get("NO_COLOR")
    return DiffDisplay("" if pager in _NO_PAGER else pager, color)
