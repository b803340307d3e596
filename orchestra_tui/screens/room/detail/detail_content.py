"""The subject of the detail area, and the lines of each of its pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from orchestra_core.models import Presence
from orchestra_core.workers.transcript import TranscriptEntry
from orchestra_tui.presentation import empty_panes
from orchestra_tui.presentation.details.chamber_details import briefing_lines, chamber_overview
from orchestra_tui.presentation.details.task_and_discovery_details import (
    activity_lines,
    discovery_detail,
    task_overview,
)
from orchestra_tui.presentation.details.transcript_lines import transcript_lines
from orchestra_tui.presentation.indexed_state import IndexedState
from orchestra_tui.presentation.rows.cells import Cell, Line
from orchestra_tui.presentation.rows.mail_cell import mail_lines

DetailKind = Literal["none", "task", "chamber", "discovery"]
TRANSCRIPT = "transcript"
PAGES: dict[DetailKind, tuple[str, ...]] = {
    "none": ("now",),
    "task": ("now",),
    "chamber": ("now", "messages", "history", "briefing"),
    "discovery": ("now",),
}


@dataclass(frozen=True, slots=True)
class DetailSubject:
    """One document by its kind and key."""

    kind: DetailKind = "none"
    key: str = ""


@dataclass(frozen=True, slots=True)
class FetchedContent:
    """What was fetched for a chamber: reports, transcript, and the lines of its conflicts.

    `filter_text` narrows the transcript.
    """

    activity: Sequence[Presence] = ()
    transcript: Sequence[TranscriptEntry] = ()
    filter_text: str = ""
    conflicting: Sequence[str] = ()


def pages_of(subject: DetailSubject, state: IndexedState) -> tuple[str, ...]:
    """Return the pages for a subject; a chamber with a started worker has a transcript."""
    pages = PAGES[subject.kind]
    if subject.kind == "chamber" and subject.key in state.started_workers:
        first, *others = pages
        return (first, TRANSCRIPT, *others)
    return pages


def page_lines(
    subject: DetailSubject, page: str, state: IndexedState, fetched: FetchedContent, now: int
) -> Sequence[Line]:
    """Return the lines of a page; a sentence if there is nothing to show."""
    if subject.kind == "task" and subject.key in state.tasks:
        return task_overview(state.tasks[subject.key], state, now)
    if subject.kind == "discovery" and subject.key in state.discoveries:
        return discovery_detail(state.discoveries[subject.key], state, now)
    if subject.kind == "chamber" and subject.key in state.chambers:
        return _chamber_page(subject.key, page, state, fetched, now)
    return _words(empty_panes.DETAIL)


def _chamber_page(
    key: str, page: str, state: IndexedState, fetched: FetchedContent, now: int
) -> Sequence[Line]:
    chamber = state.chambers[key]
    match page:
        case "history":
            return activity_lines(fetched.activity, now)
        case "transcript":
            return transcript_lines(fetched.transcript, fetched.filter_text)
        case "briefing":
            return briefing_lines(chamber)
        case "messages":
            return mail_lines(state.mail_of(key), now)[0] or _words(empty_panes.MAIL)
        case _:
            return chamber_overview(chamber, state, now, fetched.conflicting)


def _words(*texts: str) -> list[Line]:
    return [(), *((Cell(text, "muted"),) for text in texts)]
