"""Comments on lines of a diff: the message they become, and the outcome of each.

Only the message is kept, and the comments are read back from it: each begins with a number, a file
and a line, and everything that belongs to it is indented.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Literal

from orchestra_core.text import clean
from orchestra_tui.presentation.review.diff_lines import DiffLine, LineKind, Side
from orchestra_tui.presentation.review.diff_model import FileDiff
from orchestra_tui.presentation.text_fit import inert

QUOTED_MOST = 12  # lines of one comment
_TITLE = re.compile(r"Review of \S+: \d+ comments?\. ")
_HEAD = re.compile(r"(\d+)\. (.+):(\d+)( \(removed\))?")
_QUOTE, _WORDS = "   > ", "   "

Quote = tuple[LineKind, str]
OutcomeKind = Literal["same", "changed", "gone"]


@dataclass(frozen=True, slots=True)
class Comment:
    """A remark on quoted lines; `line` is the number of the last one."""

    path: str
    side: Side
    line: int
    quoted: tuple[Quote, ...]
    text: str


@dataclass(frozen=True, slots=True)
class LineOutcome:
    """What happened to commented lines: unchanged, changed, or gone.

    `at` is the line to show the comment at, None for the top of the file.
    """

    kind: OutcomeKind
    at: DiffLine | None = None


def comment_on(path: str, lines: Sequence[DiffLine], text: str) -> Comment:
    """Return a comment on consecutive lines; the last ones are quoted."""
    last = lines[-1]
    quoted: tuple[Quote, ...] = tuple(
        (line.kind, shown_text(line)) for line in lines[-QUOTED_MOST:]
    )
    return Comment(path, last.side, last.number, quoted, clean(text).strip())


def shown_text(line: DiffLine) -> str:
    """Return a line's text as it is shown, quoted and compared."""
    return as_shown(line.text)


def as_shown(text: str) -> str:
    """Return the text of a file's line as it is shown."""
    return inert(text.removesuffix("\r").expandtabs(4))


def count_text(count: int) -> str:
    """Return `1 comment` or `2 comments`."""
    return f"{count} comment" + ("s" if count != 1 else "")


def message_of(chamber: str, comments: Sequence[Comment]) -> str:
    """Return the message with all the comments for a worker."""
    count = count_text(len(comments))
    parts = [f"Review of {chamber}: {count}. Change the code for each, or say why not."]
    for number, comment in enumerate(comments, start=1):
        removed = " (removed)" if comment.side == "old" else ""
        lines = [f"{number}. {inert(comment.path)}:{comment.line}{removed}"]
        lines.extend(f"{_QUOTE}{kind}{text}".rstrip() for kind, text in comment.quoted)
        if comment.text.startswith(">"):
            lines.append("")  # otherwise it would read as one more quoted line
        lines.extend(f"{_WORDS}{line}".rstrip() for line in comment.text.split("\n"))
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def comments_in(message: str) -> list[Comment]:
    """Return the comments in a message; none if it is not a review."""
    if not _TITLE.match(message):
        return []
    blocks: list[list[str]] = []
    for line in message.split("\n")[1:]:
        if _HEAD.fullmatch(line):
            blocks.append([line])
        elif blocks:
            blocks[-1].append(line)
    return list(_read(blocks))


def outcome_of(comment: Comment, file: FileDiff | None) -> LineOutcome:
    """Return what happened to a comment's lines in the current diff of its file."""
    lines = file.lines if file else ()
    if not lines:
        return LineOutcome("gone")
    nearest = min(lines, key=lambda line: _distance(comment, line))
    width = len(comment.quoted)
    wanted = [(kind, text.rstrip()) for kind, text in comment.quoted]
    present = [(line.kind, shown_text(line).rstrip()) for line in lines]
    ends = [
        end
        for end in range(width, len(lines) + 1)
        if present[end - 1] == wanted[-1] and present[end - width : end] == wanted
    ]
    if not ends:
        return LineOutcome("changed", nearest)
    best = min(ends, key=lambda end: _distance(comment, lines[end - 1]))
    return LineOutcome("same", lines[best - 1])


def _distance(comment: Comment, line: DiffLine) -> tuple[bool, int]:
    return (line.side != comment.side, abs(line.number - comment.line))


def _read(blocks: Sequence[Sequence[str]]) -> Iterator[Comment]:
    for head, *rest in blocks:
        head_match = _HEAD.fullmatch(head)
        quotes = list(takewhile(_is_quote, rest))
        words = [line[len(_WORDS) :] for line in rest[len(quotes) :]]
        quoted: tuple[Quote, ...] = tuple((_kind(line), line[len(_QUOTE) + 1 :]) for line in quotes)
        if quoted and head_match:
            side: Side = "old" if head_match[4] else "new"
            yield Comment(head_match[2], side, int(head_match[3]), quoted, "\n".join(words).strip())


def _is_quote(line: str) -> bool:
    return line.startswith(_QUOTE) or line == _QUOTE.rstrip()


def _kind(quote: str) -> LineKind:
    match quote[len(_QUOTE) : len(_QUOTE) + 1]:
        case "+":
            return "+"
        case "-":
            return "-"
        case _:
            return " "
