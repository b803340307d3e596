"""Why a task should not land yet: workers still at work, and critical messages unread."""

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
    """Return one sentence for each reason not to land these chambers without a confirmation.

    `activity` says by chamber id what a worker is doing at this moment, such as "working (Bash
    pytest)". Of the unread messages those hold that are critical: one that tells of a critical
    discovery, or that asks the worker to stop or suspends it.
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
