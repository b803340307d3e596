"""Why a task should not land yet: workers still at work, and critical messages unread."""

from collections.abc import Iterable, Mapping

from orchestra_core.models import Chamber, Discovery, Interrupt
from orchestra_core.text import one_line

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
    messages = list(unread)
    holds: list[str] = []
    for chamber in chambers:
        doing = activity.get(chamber.id, "")
        if doing:
            holds.append(f"{chamber.name}: its worker is still {doing}")
        if chamber.suspended_at:
            holds.append(f"{chamber.name}: it is suspended")
        holds.extend(
            f"{chamber.name}: its worker has not read a critical message: "
            f"{one_line(message.message, _WORDS)!r}"
            for message in messages
            if message.chamber == chamber.name
            and message.task_id == chamber.task_id
            and message.is_critical(discoveries)
        )
    return holds
