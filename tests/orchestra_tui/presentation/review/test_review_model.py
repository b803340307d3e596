"""What a review remembers: seen files, drafts, sent comments, matches."""

from orchestra_tui.presentation.review.comments import comment_on, message_of
from orchestra_tui.presentation.review.review_model import Review
from tests.support.samples.reviews import (
    FILES,
    PKCE,
    REST,
    SESSIONS,
    chamber_diff,
    line_of,
    review_mail,
)


def a_review() -> Review:
    review = Review("auth")
    review.take(chamber_diff())
    return review


def test_another_diff_keeps_the_file_that_is_shown() -> None:
    review = a_review()
    review.at = 4
    review.take(chamber_diff(SESSIONS + REST, FILES[1:]))
    assert review.file
    assert review.file.path == "src/auth/legacy.py"
    review.take(chamber_diff(PKCE, FILES[:1]))
    assert review.at == 0
    review.take(chamber_diff("", []))
    assert review.file is None
    assert review.next_unseen() == 0


def test_a_seen_file_comes_back_when_it_changes_and_the_next_unseen_one_is_found() -> None:
    review = a_review()
    assert review.mark_seen()
    assert (review.seen_state(review.files[0]), review.next_unseen()) == ("seen", 1)
    review.at = 5
    assert review.next_unseen() == 1
    review.take(chamber_diff(PKCE.replace("a" * 40, "b" * 40) + SESSIONS + REST))
    assert review.seen_state(review.files[0]) == "changed"
    assert review.seen_count == 0
    assert review.next_unseen() == 0


def test_marking_a_seen_file_takes_the_mark_away() -> None:
    review = a_review()
    assert review.mark_seen()
    assert not review.mark_seen()
    assert review.seen == {}


def test_a_search_goes_through_all_files_and_around_the_end() -> None:
    review = a_review()
    first = review.find("return", (0, 0), 1)
    assert first == (0, 7)
    assert review.find("return", (0, 7), 1) == (1, 7)
    assert review.find("return", (4, 1), 1) == (0, 7)
    assert review.find("return", (0, 7), -1) == (4, 1)
    assert review.find("hashlib", (0, 6), 1) == (0, 3)
    assert review.find("nowhere", (0, 0), 1) is None


def test_a_draft_is_noted_below_its_line() -> None:
    review = a_review()
    file = review.files[1]
    line = line_of(file, "minutes=30")
    review.drafts.append(comment_on(file.path, [line], "An hour.\nSee the spec."))
    assert review.notes() == {}
    review.at = 1
    ((at, lines),) = review.notes().items()
    assert file.lines[at] == line
    assert ["".join(cell.text for cell in each) for each in lines] == [
        "An hour.   not sent   enter edits, x deletes",
        "See the spec.",
    ]


def test_a_sent_comment_shows_whether_its_lines_have_changed() -> None:
    review = a_review()
    review.at = 1
    line = line_of(review.files[1], "minutes=30")
    message = message_of("auth", [comment_on("src/auth/sessions.py", [line], "An hour.")])
    review.sent = [review_mail(message, acted=True)]

    def noted() -> list[str]:
        ((_, lines),) = review.notes().items()
        return ["".join(cell.text for cell in each) for each in lines]

    assert noted() == ["An hour.   acted", "these lines have not changed"]
    review.take(chamber_diff(PKCE + SESSIONS.replace("minutes=30", "minutes=60") + REST))
    assert noted() == [
        "An hour.   acted",
        "changed since; it was:",
        "+         session.lasts(minutes=30)",
    ]
