"""How far mail has come, in a cell and in a text."""

from collections.abc import Sequence

from msgspec.structs import replace

from orchestra_core.wording.ages import time_of_day
from orchestra_core.worker_state import WorkerLimits
from orchestra_tui.presentation.rows.cells import Cell, Line
from orchestra_tui.presentation.rows.chamber_rows import chamber_row
from orchestra_tui.presentation.rows.mail_cell import ENVELOPE, mail_cell, mail_lines
from tests.support.samples.documents import (
    NOON,
    an_interrupt,
)
from tests.support.samples.rows import LIVE, state_with, texts

MINUTE = 60_000
MARKS = slice(5, 7)


def test_mail_is_urgent_from_the_limit_on() -> None:
    state = state_with(LIVE)
    state.limits = WorkerLimits(unread=42_500)
    state.documents.put(an_interrupt())
    state.load(state.documents)
    row = chamber_row(LIVE, state, NOON + 42_000)
    assert row.cells[MARKS] == (Cell("1 message", "warn"), Cell("1 by it", "warn"))
    assert row.due == NOON + 42_500
    said = mail_cell(state.mail_of(LIVE.id), NOON + 42_000, 42_500)
    assert said == (Cell(f"{ENVELOPE} 1 unread by its worker for 42s", "warn"), NOON + 42_500)
    row = chamber_row(LIVE, state, NOON + 42_500)
    assert row.cells[MARKS] == (Cell("1 message", "critical"), Cell("1 by it", "critical"))
    assert row.due == NOON + 43_000


def test_the_cell_shows_that_nobody_will_read_the_mail() -> None:
    state = state_with(LIVE)
    state.documents.put(replace(an_interrupt(), state="expired", ended_at=NOON))
    state.load(state.documents)
    said, _ = mail_cell(state.mail_of(LIVE.id), NOON + 3 * MINUTE)
    assert said == Cell("undelivered 3m", "muted")


def test_the_cell_shows_the_number_of_unread_messages_and_the_age_of_the_oldest() -> None:
    state = state_with(LIVE)
    for number in (1, 2):
        letter = replace(an_interrupt(f"i{number}"), sent_at=NOON + number)
        state.documents.put(letter)
    state.load(state.documents)
    row = chamber_row(LIVE, state, NOON + 42_001)
    assert row.cells[MARKS] == (Cell("2 messages", "warn"), Cell("2 by it", "warn"))
    said, _ = mail_cell(state.mail_of(LIVE.id), NOON + 42_001)
    assert said == Cell(f"{ENVELOPE} 2 unread by its worker for 42s", "warn")


def test_the_cell_shows_the_progress_of_mail_that_was_read() -> None:
    state = state_with(LIVE)
    state.documents.put(replace(an_interrupt(), state="delivered", delivered_at=NOON))
    state.load(state.documents)
    assert texts(chamber_row(LIVE, state, NOON + 3 * MINUTE))[MARKS] == ["", ""]
    said, _ = mail_cell(state.mail_of(LIVE.id), NOON + 3 * MINUTE)
    assert said.text == "delivered 3m"


def test_a_critical_message_that_is_unread_is_called_so() -> None:
    state = state_with(LIVE)
    state.documents.put(replace(an_interrupt(), requires="stop"))
    state.load(state.documents)
    assert chamber_row(LIVE, state, NOON).cells[MARKS][0] == Cell("1 critical", "critical")


def text(lines: Sequence[Line]) -> str:
    return "\n".join("".join(cell.text for cell in line) for line in lines)


def test_the_cell_shows_why_mail_never_arrived() -> None:
    lost = replace(
        an_interrupt(), state="expired", ended_at=NOON + 9_000, note="undelivered: it was closed"
    )
    lines, _ = mail_lines([lost], NOON + 10_000)
    assert text(lines).split("\n")[:3] == [
        f"undelivered  review  from operator, 10s ago, at {time_of_day(NOON)}  i1",
        "  expired after 9.0s",
        "  undelivered: it was closed",
    ]


def test_the_mailbox_lists_the_progress_of_each_message_with_durations() -> None:
    acted = replace(
        an_interrupt("i1", "Stop\nand look"),
        state="acted",
        posted_at=NOON + 4,
        delivered_at=NOON + 2_300,
        acted_at=NOON + 12_000,
    )
    lines, moment = mail_lines([acted, replace(an_interrupt("i2"), sent_at=NOON + 9)], NOON + 1_000)
    assert text(lines).split("\n") == [
        f"sent  review  from operator, 0s ago, at {time_of_day(NOON + 9)}  i2",
        "  not posted yet, u cancels it",
        "  Stop and look",
        "",
        f"acted  review  from operator, 1s ago, at {time_of_day(NOON)}  i1",
        "  posted after 4ms, delivered after 2.3s, acted after 12s",
        "  Stop",
        "  and look",
    ]
    assert moment == NOON + 1_009
