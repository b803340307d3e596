"""One line for the chambers that ended today."""

from msgspec.structs import replace

from orchestra_core.models import Chamber
from orchestra_core.wording.ages import HOUR
from orchestra_tui.presentation.rows.ended_note import ended_note
from tests.support.samples.documents import NOON, a_chamber

MERGED = "its work is merged into main"


def closed(name: str, ago: int, note: str = "", saved: str = "") -> Chamber:
    chamber = replace(a_chamber(name), state="closed", note=note, saved_ref=saved)
    return replace(chamber, ended_at=NOON - ago)


def test_the_line_shows_what_landed_and_was_dropped_the_latest_first() -> None:
    ended = [
        *(closed(name, ago, MERGED) for ago, name in enumerate(("a", "b", "c", "d"))),
        closed("e", 1, saved="refs/orchestra/saved/e"),
        closed("f", 1),
        replace(closed("g", 1), state="failed"),
    ]
    assert ended_note(ended, NOON, "a") == (
        "1 failed: g · 4 landed today: a, b, c and 1 more · 1 dropped and saved: e · "
        "1 dropped: f · a shows them"
    )


def test_what_ended_before_today_and_what_stands_is_not_told() -> None:
    assert ended_note([closed("a", 30 * HOUR, MERGED), a_chamber("b")], NOON, "a") == ""
