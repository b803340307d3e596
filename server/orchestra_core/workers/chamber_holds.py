"""What holds a chamber back from landing, as the documents tell; server and room ask here."""

from collections.abc import Iterable
from typing import Literal, NamedTuple

from orchestra_core.models import Chamber, Interrupt

HoldCause = Literal["at-work", "suspended", "critical"]


class Hold(NamedTuple):
    """One reason, with what its worker does or has not read."""

    cause: HoldCause
    words: str = ""


def chamber_holds(chamber: Chamber, doing: str, critical: Iterable[Interrupt]) -> list[Hold]:
    """Return what holds a chamber; `doing` is its worker's activity, "" for none.

    `critical` are its unread critical messages.
    """
    holds = [Hold("at-work", doing)] if doing else []
    if chamber.suspended_at:
        holds.append(Hold("suspended"))
    return [*holds, *(Hold("critical", message.message) for message in critical)]
