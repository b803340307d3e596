"""How gates are worded: a conflict that is none of git's, and a chamber's verdict."""

from collections.abc import Sequence

from orchestra_core.models import Conflict

FAILS_TOGETHER = "fails together"  # in place of git's word for a file
UNJUDGED = "unjudged"  # of a chamber while the setup fails without which no gate can run
_VERDICTS = {
    "green": "gates pass",
    "red": "fails its gate",
    "flaky": "its gate is flaky",
    UNJUDGED: "its gate cannot run",
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


def verdict_words(verdict: str) -> str:
    """Return in a few words what the gates say of what a chamber holds; "" while unknown."""
    return _VERDICTS.get(verdict, "")
