"""Lines of a diff are made when they are asked for."""

from orchestra_tui.presentation.review.diff_lines import ChainedLines, DiffLine, HunkLines


def test_each_line_has_its_numbers_in_the_old_and_the_new_file() -> None:
    lines = HunkLines([" a", "-b", "+c", "+d", "", "-e"], 10, 20)
    assert list(lines) == [
        DiffLine(" ", "a", 10, 20),
        DiffLine("-", "b", 11, 0),
        DiffLine("+", "c", 0, 21),
        DiffLine("+", "d", 0, 22),
        DiffLine(" ", "", 12, 23),
        DiffLine("-", "e", 13, 0),
    ]


def test_numbers_are_right_far_from_the_beginning_and_without_the_lines_before() -> None:
    texts = ["+x", "-y", " z"] * 1_000
    lines = HunkLines(texts, 1, 1)
    assert lines[2_999] == DiffLine(" ", "z", 2_000, 2_000)
    assert lines[-1] is lines[2_999]
    assert list(lines[1_500:1_502]) == [DiffLine("+", "x", 0, 1_001), DiffLine("-", "y", 1_001, 0)]


def test_a_line_without_its_end_is_marked_and_gits_words_on_it_are_no_line() -> None:
    lines = HunkLines(["-a", "\\ No newline at end of file", "+a", "+b"], 1, 1)
    assert [(line.text, line.ends, line.number) for line in lines] == [
        ("a", False, 1), ("a", True, 1), ("b", True, 2),
    ]  # fmt: skip


def test_the_lines_of_hunks_follow_each_other_and_stay_the_same_objects() -> None:
    first, second = HunkLines(["+a"], 0, 1), HunkLines(["+b", "+c"], 0, 9)
    chained = ChainedLines([first, second])
    assert (len(chained), chained[1], chained[-1]) == (3, second[0], second[1])
    assert all(line is each for line, each in zip(chained, [first[0], *second], strict=True))
    assert list(chained[0:2]) == [first[0], second[0]]
