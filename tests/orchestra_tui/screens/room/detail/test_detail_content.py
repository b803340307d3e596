from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from orchestra_core.models import Presence
from orchestra_core.state import ProjectState
from orchestra_tui.presentation import empty_panes
from orchestra_tui.presentation.indexed_state import IndexedState
from orchestra_tui.presentation.rows.cells import Line
from orchestra_tui.screens.room.detail.detail_content import (
    PAGES,
    DetailSubject,
    FetchedContent,
    page_lines,
)
from tests.support.samples.documents import NOON, a_chamber, a_discovery, a_task

CHAMBER = replace(a_chamber(), state="live", brief="Build it")
AUTH = DetailSubject("chamber", CHAMBER.id)


def page(subject: DetailSubject, name: str = "now", fetched: FetchedContent | None = None) -> str:
    state = IndexedState(ProjectState())
    for document in (a_task(), CHAMBER, a_discovery()):
        state.documents.put(document)
    state.load(state.documents)
    return text(page_lines(subject, name, state, fetched or FetchedContent(), NOON))


def text(lines: Sequence[Line]) -> str:
    return "\n".join("".join(cell.text for cell in line) for line in lines)


@pytest.mark.parametrize(
    "subject",
    [
        DetailSubject(),
        DetailSubject("task", "gone"),
        DetailSubject("chamber", "gone"),
        DetailSubject("discovery", "gone"),
    ],
)
def test_an_unknown_subject_shows_the_placeholder(subject: DetailSubject) -> None:
    assert empty_panes.DETAIL in page(subject)


def test_a_task_and_a_discovery_show_their_texts() -> None:
    assert a_task().description in page(DetailSubject("task", a_task().id))
    assert a_discovery().text in page(DetailSubject("discovery", a_discovery().id))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("now", CHAMBER.branch),
        ("briefing", "Build it"),
        ("messages", empty_panes.MAIL),
        ("history", empty_panes.ACTIVITY),
    ],
)
def test_each_page_of_a_chamber_has_its_own_text(name: str, words: str) -> None:
    assert name in PAGES["chamber"]
    assert words in page(AUTH, name)


def test_the_activity_of_a_chamber_is_what_was_fetched() -> None:
    report = Presence(chamber_id=CHAMBER.id, state="working", tool="Read", since=NOON)
    assert "Read" in page(AUTH, "history", FetchedContent([report]))
