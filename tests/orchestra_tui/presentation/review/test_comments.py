"""Comments on lines: the message that they become, and what became of the lines."""

from hypothesis import given
from hypothesis import strategies as st

from orchestra_core.replies.review import DiffFile
from orchestra_core.text import MESSAGE_LIMIT, required
from orchestra_tui.presentation.review.comments import (
    QUOTED_MOST,
    Comment,
    Quote,
    comment_on,
    comments_in,
    message_of,
    outcome_of,
)
from orchestra_tui.presentation.review.diff_lines import DiffLine, LineKind
from orchestra_tui.presentation.review.diff_model import FileDiff, parse_diff

words = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp", "Cf"]), max_size=20)
kinds: st.SearchStrategy[LineKind] = st.sampled_from([" ", "+", "-"])


def a_line(kind: LineKind, text: str, number: int) -> DiffLine:
    return DiffLine(kind, text, number if kind != "+" else 0, number if kind != "-" else 0)


lines = st.builds(a_line, kinds, words, st.integers(1, 9999))
comments = st.builds(
    comment_on,
    st.sampled_from(["a.py", "src/deep/b c.py", "1. x:2.py"]),
    st.lists(lines, min_size=1, max_size=QUOTED_MOST + 2),
    st.lists(words | st.sampled_from(["> x", "2. a.py:3", ""]), min_size=1, max_size=3).map(
        "\n".join
    ),
)


def comparable(comment: Comment) -> Comment:
    """Return the comment without blanks at the ends of lines, which a message does not keep."""
    text = "\n".join(line.rstrip() for line in comment.text.split("\n"))
    quoted: tuple[Quote, ...] = tuple((kind, text.rstrip()) for kind, text in comment.quoted)
    return Comment(comment.path, comment.side, comment.line, quoted, text.strip())


@given(st.lists(comments, min_size=1, max_size=4))
def test_the_message_tells_every_comment_and_is_read_back_as_it_was(
    written: list[Comment],
) -> None:
    stored = required("message", message_of("auth", written), MESSAGE_LIMIT)
    assert comments_in(stored) == [comparable(comment) for comment in written]


def test_a_message_reads_as_a_person_would_write_it() -> None:
    added = DiffLine("+", "    return md5(verifier)", 0, 12)
    removed = DiffLine("-", "    check(verifier)", 9, 0)
    message = message_of(
        "auth",
        [
            comment_on("src/pkce.py", [added], "Use S256 only;\nrefuse plain."),
            comment_on("src/pkce.py", [removed], "Why was this dropped?"),
        ],
    )
    assert message == (
        "Review of auth: 2 comments. Change the code for each, or say why not.\n\n"
        "1. src/pkce.py:12\n   > +    return md5(verifier)\n   Use S256 only;\n   refuse plain.\n\n"
        "2. src/pkce.py:9 (removed)\n   > -    check(verifier)\n   Why was this dropped?"
    )


def test_another_message_holds_no_comments() -> None:
    assert comments_in("Use PKCE.\n\n1. a.py:3\n   > +x\n   no") == []


def file_of(*hunk_lines: str, start: int = 1) -> FileDiff:
    body = "".join(f"{line}\n" for line in hunk_lines)
    text = (
        "diff --git a/a.py b/a.py\nindex 1..2 100644\n--- a/a.py\n+++ b/a.py\n"
        f"@@ -{start} +{start} @@\n{body}"
    )
    named = DiffFile(
        path="a.py", former_path="", status="M", insertions=1, deletions=0, binary=False
    )
    return parse_diff(text, [named])[0]


def commented() -> Comment:
    (hunk,) = file_of(" def f():", "+    return 1", "+    # end").hunks
    return comment_on("a.py", hunk.lines[:2], "Return 2")


def test_lines_that_stand_somewhere_else_now_are_found_there() -> None:
    moved = file_of("+import x", "+", " def f():", "+    return 1")
    outcome = outcome_of(commented(), moved)
    assert (outcome.kind, outcome.at and outcome.at.new) == ("same", 4)


def test_the_nearest_of_equal_lines_is_the_commented_one() -> None:
    twice = file_of(" def f():", "+    return 1", " x", " def f():", "+    return 1")
    outcome = outcome_of(commented(), twice)
    assert (outcome.kind, outcome.at and outcome.at.new) == ("same", 2)


def test_changed_lines_are_told_with_the_line_that_stands_there_now() -> None:
    outcome = outcome_of(commented(), file_of(" def f():", "+    return 2", "+    # end"))
    assert outcome.kind == "changed"
    assert outcome.at == DiffLine("+", "    return 2", 0, 2)


def test_lines_of_a_file_that_differs_no_more_are_gone() -> None:
    assert outcome_of(commented(), None).kind == "gone"
