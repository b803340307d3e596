"""What keeps a chamber from landing, according to the documents; server and room ask here."""

from collections.abc import Iterable
from typing import Literal, NamedTuple

from orchestra_core.models import Chamber, Interrupt

HoldCause = Literal["at-work", "suspended", "critical"]


class Hold(NamedTuple):
    """One reason, with the worker's activity or the message it has not read."""

    cause: HoldCause
    words: str = ""


def chamber_holds(chamber: Chamber, doing: str, critical: Iterable[Interrupt]) -> list[Hold]:
    """Return a chamber's holds; `doing` is its worker's activity, "" for none.

    `critical` are its unread critical messages.
    """
    holds = [Hold("at-work", doing)] if doing else []
    if chamber.suspended_at:
        holds.append(Hold("suspended"))
    return [*holds, *(Hold("critical", message.message) for message in critical)]
