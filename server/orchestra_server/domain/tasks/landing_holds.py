"""Why a task should not land yet: workers still at work, and unread critical messages."""

from collections.abc import Iterable, Mapping

from orchestra_core.models import Chamber, Discovery, Interrupt
from orchestra_core.text import one_line
from orchestra_core.workers.chamber_holds import Hold, chamber_holds

_WORDS = 80  # characters of a message


def landing_holds(
    chambers: Iterable[Chamber],
    activity: Mapping[str, str],
    unread: Iterable[Interrupt],
    discoveries: Mapping[str, Discovery],
) -> list[str]:
    """Return one sentence for each reason to land these chambers only after a confirmation.

    `activity` says, by chamber id, what a worker is doing now, such as "working (Bash pytest)".
    Only critical unread messages hold: those about a critical discovery, and those that stop or
    suspend the worker.
    """
    critical = [message for message in unread if message.is_critical(discoveries)]
    return [
        f"{chamber.name}: {_sentence(hold)}"
        for chamber in chambers
        for hold in chamber_holds(
            chamber,
            activity.get(chamber.id, ""),
            (message for message in critical if message.chamber_id == chamber.id),
        )
    ]


def _sentence(hold: Hold) -> str:
    match hold.cause:
        case "at-work":
            return f"its worker is still {hold.words}"
        case "suspended":
            return "it is suspended"
        case "critical":
            said = one_line(hold.words, _WORDS)
            return f"its worker has not read a critical message: {said!r}"
