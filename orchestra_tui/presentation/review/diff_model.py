r"""A chamber's diff as files, hunks and lines, parsed from git's output.

Every line of a file's content begins with one of ` +-\\`, so headers are recognized by their first
letters. A file's hunks are parsed when they are asked for, and their lines one by one.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from orchestra_core.replies.review import DiffFile
from orchestra_tui.presentation.review.diff_lines import ChainedLines, DiffLine, HunkLines

_SECTION = "diff --git "
_HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")
_ESCAPE = re.compile(r'\\([abtnvfr"\\]|[0-7]{3})')
_ESCAPED = dict(zip('abtnvfr"\\', '\a\b\t\n\v\f\r"\\', strict=True))
_NOWHERE = "/dev/null"


@dataclass(frozen=True, slots=True)
class Hunk:
    """Consecutive lines, and git's guess at the function they are in."""

    heading: str
    lines: HunkLines


@dataclass(frozen=True, slots=True)
class FileHeader:
    """What git says about a file before its lines; `blob` is "" if its content did not change."""

    path: str = ""
    blob: str = ""
    old_mode: str = ""
    new_mode: str = ""


@dataclass(frozen=True)
class FileDiff:
    """One changed file; `sections` are git's text about it, two if its type has changed."""

    entry: DiffFile
    sections: Sequence[str] = ()
    header: FileHeader = field(default_factory=FileHeader)

    @property
    def path(self) -> str:
        """Its current name, or its last one."""
        return self.entry.path

    @property
    def mode_change(self) -> str:
        """`100644 → 100755` if the mode has changed, else ""."""
        old, new = self.header.old_mode, self.header.new_mode
        return f"{old} → {new}" if old and new and old != new else ""

    @property
    def version(self) -> str:
        """Identifies its new content and mode; the same in every part of the work."""
        header = self.header
        return f"{header.new_mode}:{header.blob or self.entry.former_path}"

    @cached_property
    def hunks(self) -> Sequence[Hunk]:
        """Its hunks; none for a binary file or a pure rename."""
        return [hunk for section in self.sections for hunk in _hunks_of(section)]

    @cached_property
    def lines(self) -> Sequence[DiffLine]:
        """The lines of all its hunks."""
        parts = [hunk.lines for hunk in self.hunks]
        return parts[0] if len(parts) == 1 else ChainedLines(parts)


def parse_diff(text: str, entries: Sequence[DiffFile]) -> list[FileDiff]:
    """Return one FileDiff per entry, in the same order, with its sections of `text`.

    An entry whose section was cut off has no hunks.
    """
    sections: dict[str, list[str]] = {}
    headers: dict[str, FileHeader] = {}
    for section in _sections_of(text):
        header = _header_of(section)
        sections.setdefault(header.path, []).append(section)
        headers[header.path] = header
    return [
        FileDiff(entry, sections.get(entry.path, ()), headers.get(entry.path, FileHeader()))
        for entry in entries
    ]


def unquoted(name: str) -> str:
    """Return a path without the quoting that git uses for odd characters."""
    if len(name) < 2 or not (name.startswith('"') and name.endswith('"')):  # noqa: PLR2004
        return name
    return _ESCAPE.sub(_unescaped, name[1:-1])


def _unescaped(match: re.Match[str]) -> str:
    code = match[1]
    return _ESCAPED.get(code) or chr(int(code, 8))


def _sections_of(text: str) -> Iterator[str]:
    starts = _starts_of(_SECTION, text)
    yield from (text[start:end] for start, end in pairwise([*starts, len(text)]))


def _starts_of(beginning: str, text: str) -> list[int]:
    """Return where lines with a prefix start; a regular expression takes 5 ms for 20,000 lines."""
    starts = [0] if text.startswith(beginning) else list[int]()
    at = text.find(f"\n{beginning}")
    while at >= 0:
        starts.append(at + 1)
        at = text.find(f"\n{beginning}", at + 1)
    return starts


def _header_of(section: str) -> FileHeader:
    values: dict[str, str] = {}
    for line in _header_lines(section):
        for start, name in _HEADER_LINES:
            if line.startswith(start):
                values.setdefault(name, line[len(start) :])
    _, _, blob_and_mode = values.get("index", "").partition("..")
    blob, _, mode = blob_and_mode.partition(" ")
    return FileHeader(
        path=_path_of(section, values),
        blob=blob,
        old_mode=values.get("old mode", values.get("deleted", mode)),
        new_mode=values.get("new mode", values.get("new", mode)),
    )


_HEADER_LINES = (
    ("index ", "index"),
    ("old mode ", "old mode"),
    ("new mode ", "new mode"),
    ("new file mode ", "new"),
    ("deleted file mode ", "deleted"),
    ("rename to ", "to"),
    ("copy to ", "to"),
    ("--- ", "before"),
    ("+++ ", "after"),
)


def _header_lines(section: str) -> Iterator[str]:
    at = section.find("\n") + 1
    while at:
        end = section.find("\n", at)
        line = section[at:end] if end >= 0 else section[at:]
        if line.startswith(("@@ ", "GIT binary", "Binary files")):
            return
        yield line
        at = end + 1


def _path_of(section: str, values: dict[str, str]) -> str:
    if "to" in values:
        return unquoted(values["to"])
    for name in ("after", "before"):
        # Git ends a name that contains a blank with a tab.
        path = unquoted(values.get(name, _NOWHERE).removesuffix("\t"))
        if path != _NOWHERE:
            return path[2:]
    names = section[len("diff --git ") :].partition("\n")[0]
    # Both names are the same, with a blank between them.
    return unquoted(names[len(names) // 2 + 1 :])[2:]


def _hunks_of(section: str) -> Iterator[Hunk]:
    starts = _starts_of("@@ -", section)
    for start, end in pairwise([*starts, len(section)]):
        first, *rest = section[start:end].removesuffix("\n").split("\n")
        if hunk_head := _HUNK.match(first):
            yield Hunk(
                first[hunk_head.end() :].strip(),
                HunkLines(rest, int(hunk_head[1]), int(hunk_head[2])),
            )
