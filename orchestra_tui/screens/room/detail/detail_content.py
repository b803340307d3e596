"""The subject of the detail area, and the lines of each of its pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from orchestra_core.models import Presence
from orchestra_tui.presentation import empty_panes
from orchestra_tui.presentation.details.chamber_details import briefing_lines, chamber_overview
from orchestra_tui.presentation.details.task_and_discovery_details import (
    activity_lines,
    discovery_detail,
    task_overview,
)
from orchestra_tui.presentation.indexed_state import IndexedState
from orchestra_tui.presentation.rows.cells import Cell, Line
from orchestra_tui.presentation.rows.mail_cell import mail_lines

Activity = Mapping[str, Sequence[Presence]]  # reports of workers by chamber key
DetailKind = Literal["none", "task", "chamber", "discovery"]
PAGES: dict[DetailKind, tuple[str, ...]] = {
    "none": ("overview",),
    "task": ("overview",),
    "chamber": ("overview", "activity", "briefing", "mail"),
    "discovery": ("overview",),
}


@dataclass(frozen=True, slots=True)
class DetailSubject:
    """One document by its kind and key."""

    kind: DetailKind = "none"
    key: str = ""


def page_lines(
    subject: DetailSubject, page: str, state: IndexedState, activity: Activity, now: int
) -> Sequence[Line]:
    """Return the lines of a page; one line in words where there is nothing to show."""
    if subject.kind == "task" and subject.key in state.tasks:
        return task_overview(state.tasks[subject.key], state, now)
    if subject.kind == "discovery" and subject.key in state.discoveries:
        return discovery_detail(state.discoveries[subject.key], state, now)
    if subject.kind == "chamber" and subject.key in state.chambers:
        return _chamber_page(subject.key, page, state, activity, now)
    return _words(empty_panes.DETAIL)


def _chamber_page(
    key: str, page: str, state: IndexedState, activity: Activity, now: int
) -> Sequence[Line]:
    chamber = state.chambers[key]
    match page:
        case "activity":
            return activity_lines(activity.get(key, ()), now)
        case "briefing":
            return briefing_lines(chamber)
        case "mail":
            return mail_lines(state.mail_of(key), now)[0] or _words(empty_panes.MAIL)
        case _:
            return chamber_overview(chamber, state, now)


def _words(*texts: str) -> list[Line]:
    return [(), *((Cell(text, "muted"),) for text in texts)]
