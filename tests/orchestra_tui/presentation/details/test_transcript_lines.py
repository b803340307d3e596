"""A transcript, the newest entry first; a tool stands with its outcome."""

from collections.abc import Sequence

from orchestra_core.wording.ages import time_of_day
from orchestra_core.workers.transcript import TranscriptEntry
from orchestra_tui.presentation import empty_panes
from orchestra_tui.presentation.details.transcript_lines import transcript_lines
from tests.support.samples.documents import NOON

AT = time_of_day(NOON)
ENTRIES = (
    TranscriptEntry(at=NOON, kind="told", text="Go on\nnow", by="operator"),
    TranscriptEntry(at=NOON, kind="said", text="I begin."),
    TranscriptEntry(at=NOON, kind="tool", tool="Bash", text="pytest -q", call="t1"),
    TranscriptEntry(at=NOON, kind="outcome", call="t1", outcome="failed", text="1\n2\n3\n4\n5"),
    TranscriptEntry(at=NOON, kind="tool", tool="Read", text="a.py", call="t2", by="t9"),
    TranscriptEntry(at=NOON, kind="turn", outcome="done", text="Bye."),
)


def text(entries: Sequence[TranscriptEntry], filter_text: str = "") -> list[str]:
    lines = transcript_lines(entries, filter_text)
    return ["".join(cell.text for cell in line).rstrip() for line in lines]


def test_each_entry_says_when_who_and_what() -> None:
    assert text(ENTRIES) == [
        f"{AT} ── turn ended",
        f"{AT} t9: ⚙ Read a.py",
        f"{AT} ⚙ Bash pytest -q  ✗ failed",
        *("   1", "   2", "   3", "   … 2 lines more"),
        f"{AT} I begin.",
        f"{AT} ▸ operator to the worker",
        *("   Go on", "   now"),
    ]


def test_an_outcome_whose_call_is_no_longer_kept_stands_alone() -> None:
    assert text(ENTRIES[3:4])[0] == f"{AT} ✗ failed"


def test_a_filter_keeps_the_entries_that_hold_all_its_words_and_shows_them_whole() -> None:
    assert text(ENTRIES, "BASH 5") == [
        "/BASH 5: 1 of 5",
        f"{AT} ⚙ Bash pytest -q  ✗ failed",
        *("   1", "   2", "   3", "   4", "   5"),
    ]
    assert text(ENTRIES, "operator go")[1:] == [
        f"{AT} ▸ operator to the worker",
        *("   Go on", "   now"),
    ]
    assert text(ENTRIES, "nowhere") == [empty_panes.no_match("nowhere")]


def test_a_worker_that_has_said_nothing_is_named() -> None:
    assert text(()) == [empty_panes.TRANSCRIPT]
