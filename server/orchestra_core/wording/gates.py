"""How gates are worded: conflicts that are not git's, and a chamber's verdict."""

from collections.abc import Sequence

from orchestra_core.models import Conflict

GATES_FIRST = "its gates run first"  # the beginning of a dry run's note
FAILS_TOGETHER = "fails together"  # in place of git's word for a file
# What a chamber's `verdict` may say besides a gate's three verdicts:
AWAITED = "awaited"  # the gates have not yet judged its present content
BASE_RED = "base-red"  # it does not pass, nor does the branch it lands on
UNJUDGED = "unjudged"  # the setup fails, and no gate can run without it
UNTRUSTED = "untrusted"  # nobody has allowed its gate, in its present text, to run
UNREADABLE = "unreadable"  # orchestra.toml has an error about a gate or the setup
UNTESTED = "untested"  # the daemon may run no gates (`limits.gate_share`), so the landing runs them
PROVEN = ("", "green")  # the verdicts with which a chamber may be shown as ready; "" without a gate
THE_BRANCH = "the branch it lands on"  # what a chamber conflicts with, if that is not a chamber
# A chamber's `setup_fault` if nobody had allowed its setup to run.
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
    """Tell whether two sides merge but fail a gate once merged."""
    return conflict.kinds == (FAILS_TOGETHER,)


def work_of(names: Sequence[str]) -> str:
    """Return whose work a gate judges: `the work of a, b and c`, or `the branch itself`."""
    if not names:
        return "the branch itself"
    *others, last = names
    return f"the work of {', '.join(others)} and {last}" if others else f"the work of {last}"


def base_words(verdict: str) -> str:
    """Return what a new worker is told about the gate; "" if it passes or does not exist.

    `verdict` is the verdict of a chamber without work.
    """
    if verdict == BASE_RED:
        return "The project's gate failed before you began: your work did not cause that failure."
    if verdict in (AWAITED, UNTESTED, UNJUDGED):
        return "The project's gate has not judged the tree you begin with, so it may already fail."
    return ""


def setup_words(fault: str) -> str:
    """Return what went wrong in a chamber's setup, "" for nothing."""
    if not fault:
        return ""
    return f"setup has not run: {fault}" if fault == SETUP_UNTRUSTED else f"setup failed: {fault}"


def verdict_words(verdict: str) -> str:
    """Return in a few words the gates' verdict on a chamber's content; "" while unknown."""
    return _VERDICTS.get(verdict, "")
