"""A diff as files, hunks and lines: the same that git wrote, whatever the files hold."""

import difflib
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from orchestra_core.replies.review import DiffFile
from orchestra_tui.presentation.review.diff_model import FileDiff, parse_diff, unquoted

OLD_BLOB, NEW_BLOB = "1" * 40, "2" * 40
# Any character that a line of a file can hold: all but the line end itself.
line_texts = st.text(
    st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=12
) | st.sampled_from(
    ["", "--- a/x", "+++ b/x", "@@ -1 +1 @@", "diff --git a/x b/x", "\\ No newline"]
)
contents = st.lists(line_texts, max_size=30)


def entry(path: str, status: str = "M", former: str = "") -> DiffFile:
    return DiffFile(
        path=path, former_path=former, status=status, insertions=1, deletions=1, binary=False
    )


def printed(path: str, old: Sequence[str], new: Sequence[str]) -> str:
    body = difflib.unified_diff(old, new, f"a/{path}", f"b/{path}", lineterm="")
    header = [f"diff --git a/{path} b/{path}", f"index {OLD_BLOB}..{NEW_BLOB} 100644"]
    return "".join(f"{line}\n" for line in (*header, *body))


def applied(file: FileDiff, old: Sequence[str]) -> list[str]:
    """Return the new content that the hunks make of the old one, which they must agree with."""
    new: list[str] = []
    at = 0
    for hunk in file.hunks:
        first_old = next((line.old for line in hunk.lines if line.old), 0)
        start = first_old - 1 if first_old else hunk.lines[0].new - 1 + at - len(new)
        new.extend(old[at:start])
        at = start
        for line in hunk.lines:
            if line.kind != "+":
                assert (old[at], at + 1) == (line.text, line.old)
                at += 1
            if line.kind != "-":
                new.append(line.text)
                assert line.new == len(new)
    return [*new, *old[at:]]


@given(st.lists(st.tuples(contents, contents), min_size=1, max_size=3))
def test_the_hunks_of_a_diff_make_the_new_files_of_the_old_ones(
    pairs: list[tuple[list[str], list[str]]],
) -> None:
    changed = [(f"f{at}.py", old, new) for at, (old, new) in enumerate(pairs) if old != new]
    text = "".join(printed(*each) for each in changed)
    files = parse_diff(text, [entry(path) for path, _, _ in changed])
    for file, (path, old, new) in zip(files, changed, strict=True):
        assert file.path == path
        assert applied(file, old) == new


HEADERS = """\
diff --git a/old name.txt b/new name.txt
similarity index 100%
rename from old name.txt
rename to new name.txt
diff --git a/run.sh b/run.sh
old mode 100644
new mode 100755
diff --git a/gone.py b/gone.py
deleted file mode 100644
index 1111111111111111111111111111111111111111..0000000000000000000000000000000000000000
--- a/gone.py
+++ /dev/null
@@ -1 +0,0 @@
-last
\\ No newline at end of file
diff --git a/logo file.png b/logo file.png
index 1111111111111111111111111111111111111111..2222222222222222222222222222222222222222 100644
Binary files a/logo file.png and b/logo file.png differ
diff --git "a/q\\"t\\tab.txt" "b/q\\"t\\tab.txt"
index 1111111111111111111111111111111111111111..2222222222222222222222222222222222222222 100644
--- "a/q\\"t\\tab.txt"
+++ "b/q\\"t\\tab.txt"
@@ -3,2 +3,2 @@ def f():
-a
+b

"""


def test_headers_tell_renames_modes_deletions_binary_files_and_odd_names() -> None:
    renamed, script, gone, logo, odd = parse_diff(
        HEADERS,
        [
            entry("new name.txt", "R", "old name.txt"),
            entry("run.sh"),
            entry("gone.py", "D"),
            entry("logo file.png"),
            entry('q"t\tab.txt'),
        ],
    )
    assert [file.hunks for file in (renamed, script, logo)] == [[], [], []]
    assert script.mode_change == "100644 → 100755"
    assert [file.mode_change for file in (renamed, gone, logo, odd)] == ["", "", "", ""]
    ((last,),) = (hunk.lines for hunk in gone.hunks)
    assert (last.kind, last.number, last.ends) == ("-", 1, False)
    assert logo.header.blob == odd.header.blob == NEW_BLOB
    (hunk,) = odd.hunks
    assert hunk.heading == "def f():"
    assert [(line.kind, line.old, line.new) for line in hunk.lines] == [
        ("-", 3, 0),
        ("+", 0, 3),
        (" ", 4, 4),  # an empty line of context may have lost its blank
    ]


def test_a_files_version_changes_with_its_content_its_mode_and_its_name() -> None:
    def version(text: str, status: str = "M", former: str = "") -> str:
        (file,) = parse_diff(text, [entry("x", status, former)])
        return file.version

    index = "diff --git a/x b/x\nindex {}..{} 100644\n"
    versions = [
        version(index.format(OLD_BLOB, NEW_BLOB)),
        version(index.format(OLD_BLOB, OLD_BLOB)),
        version("diff --git a/x b/x\nold mode 100644\nnew mode 100755\n"),
        version("diff --git a/w b/x\nrename from w\nrename to x\n", "R", "w"),
        version("diff --git a/v b/x\nrename from v\nrename to x\n", "R", "v"),
    ]
    assert len(set(versions)) == len(versions)
    assert version(index.format("3" * 40, NEW_BLOB)) == versions[0]  # the old side is not seen
    added = "diff --git a/x b/x\nnew file mode 100644\nindex {}..{}\n".format("0" * 40, NEW_BLOB)
    assert version(added, "A") == versions[0]  # new since the base, and changed since a commit


def test_a_file_whose_part_was_cut_off_has_no_lines() -> None:
    files = parse_diff(printed("a", ["1"], ["2"]), [entry("a"), entry("b")])
    assert [len(file.hunks) for file in files] == [1, 0]


def test_octal_escapes_and_plain_names_are_read() -> None:
    assert unquoted('"a\\001\\\\b"') == "a\x01\\b"
    assert unquoted('say "hi"') == 'say "hi"'
