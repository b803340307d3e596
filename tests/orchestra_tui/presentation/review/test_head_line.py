"""The first and the last line of a review."""

from dataclasses import replace

from orchestra_tui.presentation.review.comments import comment_on
from orchestra_tui.presentation.review.head_line import head_line, progress_line
from orchestra_tui.presentation.review.review_model import Review
from orchestra_tui.presentation.rows.cells import Line
from tests.support.samples.reviews import chamber_diff, review_mail


def text(line: Line) -> str:
    return "".join(cell.text for cell in line)


def test_the_head_shows_part_size_seen_files_and_drafts() -> None:
    review = Review("auth")
    assert text(head_line(review)).strip() == "Review auth"
    review.take(chamber_diff())
    review.mark_seen()
    review.drafts.append(comment_on("a", [review.files[0].lines[0]], "x"))
    assert text(head_line(review)) == (
        "Review auth  [all] committed  uncommitted   6 files +12 -5  1 seen  1 comment not sent"
    )


def test_a_landed_chamber_has_no_parts_and_a_long_diff_says_that_it_is_cut() -> None:
    review = Review("auth")
    review.take(replace(chamber_diff(landed="2f7c9e1ab0"), cut=True))
    shown = text(head_line(review))
    assert shown.startswith("Review auth  landed as 2f7c9e1  6 files")
    assert shown.endswith("truncated: too long")


def test_a_message_is_followed_until_it_was_acted_on() -> None:
    mail = review_mail("x")
    assert text(progress_line(mail, 2)) == (
        "2 comments  ✓ sent  ✓ posted 40ms  · delivered  · acted"
    )
    acted = text(progress_line(review_mail("x", acted=True), 1))
    assert acted == "1 comment  ✓ sent  ✓ posted 40ms  ✓ delivered 900ms  ✓ acted 2.4s"
