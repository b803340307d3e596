"""How gates are worded: a conflict that is none of git's, and a chamber's verdict."""

from collections.abc import Sequence

from orchestra_core.models import Conflict

GATES_FIRST = "its gates run first"  # how the note of a dry run begins
FAILS_TOGETHER = "fails together"  # in place of git's word for a file
# What a chamber's `verdict` says beside the three of a gate:
AWAITED = "awaited"  # the gates have not judged yet what it holds now
BASE_RED = "base-red"  # it does not pass, and neither does the branch it lands on
UNJUDGED = "unjudged"  # the setup fails without which no gate can run
UNTRUSTED = "untrusted"  # nobody has allowed its gate to run, in the text that it has now
UNREADABLE = "unreadable"  # orchestra.toml is wrong where it names a gate or the setup
UNTESTED = "untested"  # the daemon may run no gates (`limits.gate_share`), so the landing does
PROVEN = ("", "green")  # the verdicts of a chamber that may be shown as ready; "" without a gate
THE_BRANCH = "the branch it lands on"  # what a chamber conflicts with, where it is no chamber
# What a chamber's `setup_fault` says where a setup is named that nobody had allowed to run.
SETUP_UNTRUSTED = "orchestra.toml was not trusted when it was due"
_VERDICTS = {
    "green": "gates pass",
    "red": "fails its gate",
    "flaky": "its gate is flaky",
    AWAITED: "its gate has not run yet",
    BASE_RED: f"{THE_BRANCH} fails its gate",
    UNJUDGED: "its gate cannot run",
    UNTRUSTED: "its gate is not trusted",
    UNREADABLE: "its gate cannot be read",
    UNTESTED: "its gate runs when it lands",
}


def fails_together(conflict: Conflict) -> bool:
    """Tell whether two sides merge, and fail a gate once they are merged."""
    return conflict.kinds == (FAILS_TOGETHER,)


def work_of(names: Sequence[str]) -> str:
    """Return whose work a gate judges, `the work of a, b and c`; without names the branch's own."""
    if not names:
        return "the branch itself"
    *others, last = names
    return f"the work of {', '.join(others)} and {last}" if others else f"the work of {last}"


def base_words(verdict: str) -> str:
    """Return what a new worker is told about the gate; "" if it passes or there is none.

    `verdict` is that of a chamber without work yet.
    """
    if verdict == BASE_RED:
        return "The project's gate failed before you began: that failure is not your work's."
    if verdict in (AWAITED, UNTESTED, UNJUDGED):
        return "The project's gate has not judged what you begin with, so it may fail already."
    return ""


def setup_words(fault: str) -> str:
    """Return what is wrong with how a chamber was prepared, "" for nothing."""
    if not fault:
        return ""
    return f"setup has not run: {fault}" if fault == SETUP_UNTRUSTED else f"setup failed: {fault}"


def verdict_words(verdict: str) -> str:
    """Return in a few words what the gates say of what a chamber holds; "" while unknown."""
    return _VERDICTS.get(verdict, "")
