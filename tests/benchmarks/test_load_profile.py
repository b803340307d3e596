"""The profile's parts: each sample counts once, for the innermost part it lies in."""

from benchmarks.load_profile import by_part


def test_a_sample_counts_for_the_innermost_part_and_idle_time_for_no_part() -> None:
    parts = by_part(
        [
            "run;Screen._on_timer_update (screen.py:1);LineWidget.render_lines (lines.py:2) 7",
            "run;Screen._on_timer_update (screen.py:1);crop (strip.py:3) 2",
            "run;EpollSelector.select (selectors.py:468) 90",
            "run;nothing known 1",
        ]
    )
    assert parts == {
        "painting: our own lines": 7,
        "painting: Textual's compositor": 2,
        "the event loop and the rest": 1,
    }
