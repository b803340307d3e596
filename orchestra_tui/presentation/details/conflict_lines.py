"""Conflicts as text: what a chamber conflicts with, and in which files."""

from collections.abc import Sequence

from orchestra_core.models import BASE, Conflict
from orchestra_core.names import split_chamber_id
from orchestra_core.wording.gates import FAILS_TOGETHER, THE_BRANCH, fails_together
from orchestra_tui.presentation.rows.cells import Cell, Line
from orchestra_tui.presentation.rows.symbols import CONFLICT
from orchestra_tui.presentation.text_fit import fit, inert, plain

SIGN = CONFLICT.text
MARKERS = ("<<<<<<<", "|||||||", "=======", ">>>>>>>")  # git's conflict markers
_KIND_WIDTH = 14


def side_name(side: str, branch: str = "") -> str:
    """Return a side's name: a chamber's name, or `branch` for the branch it lands on."""
    return plain(branch) or THE_BRANCH if side == BASE else plain(split_chamber_id(side).name)


def partner(conflict: Conflict, chamber_id: str, branch: str = "") -> str:
    """Return the name of the side that a chamber conflicts with."""
    return side_name(conflict.other(chamber_id), branch)


def files_text(count: int) -> str:
    """Return the number of files; git names none for histories without a common commit."""
    if not count:
        return "unrelated histories"
    return "1 file" if count == 1 else f"{count} files"


def conflict_text(conflicts: Sequence[Conflict], chamber_id: str) -> str:
    """Return a text such as `⚠ conflicts: auth, 2 files`; "" without any.

    The other side's name comes first, because a narrow table cuts off the end.
    """
    if not conflicts:
        return ""
    names = ", ".join(partner(conflict, chamber_id) for conflict in conflicts)
    if all(map(fails_together, conflicts)):
        return f"{SIGN} {FAILS_TOGETHER}: {names}"
    files = f", {files_text(conflicts[0].count)}" if len(conflicts) == 1 else ""
    return f"{SIGN} conflicts: {names}{files}"


def conflict_badge(conflicts: Sequence[Conflict], chamber_id: str, branch: str = "") -> str:
    """Return the short form for a row, `⚠ auth: app.py`; "" without any.

    It has the first other side, its first file, and the number of further conflicts. `branch` is
    what the chamber lands on.
    """
    if not conflicts:
        return ""
    first = conflicts[0]
    if fails_together(first):
        more = f" +{len(conflicts) - 1}" if len(conflicts) > 1 else ""
        return f"{SIGN} fails with {partner(first, chamber_id, branch)}{more}"
    file = f": {plain(first.files[0]).rpartition('/')[2]}" if first.files else ""
    more = f" +{len(conflicts) - 1}" if len(conflicts) > 1 else ""
    return f"{SIGN} {partner(first, chamber_id, branch)}{file}{more}"


def conflict_sentence(conflict: Conflict, chamber_id: str, branch: str = "") -> str:
    """Return a conflict in one line: `⚠ conflicts with auth: app.py, db.py and 2 files more`."""
    if fails_together(conflict):
        return _fails_together_with(conflict, partner(conflict, chamber_id, branch))
    files = ", ".join(map(plain, conflict.files)) or files_text(conflict.count)
    left_out = conflict.count - len(conflict.files)
    more = f" and {files_text(left_out)} more" if conflict.files and left_out > 0 else ""
    return f"{SIGN} conflicts with {partner(conflict, chamber_id, branch)}: {files}{more}"


def conflict_lines_of(conflict: Conflict, chamber_id: str, branch: str = "") -> list[Line]:
    """Return a conflict in full: the other side, and each file with git's word for it."""
    other_side = partner(conflict, chamber_id, branch)
    if fails_together(conflict):
        return [(Cell(_fails_together_with(conflict, other_side), "warn"),)]
    head = f"{SIGN} conflicts with {other_side}: {files_text(conflict.count)}"
    lines: list[Line] = [(Cell(head, "warn"),)]
    for file, kind in zip(conflict.files, conflict.kinds, strict=False):
        lines.append((Cell(f"  {fit(kind, _KIND_WIDTH)} ", "muted"), Cell(plain(file))))
    left_out = conflict.count - len(conflict.files)
    if left_out > 0:
        lines.append((Cell(f"  and {files_text(left_out)} more", "muted"),))
    return lines


def _fails_together_with(conflict: Conflict, other_side: str) -> str:
    return f"{SIGN} fails {plain(conflict.files[0])} together with {other_side}"


def side_lines(texts: Sequence[str]) -> list[Line]:
    """Return both sides' lines with git's markers, indented."""
    return [
        (Cell(f"  {inert(text)}", "muted" if text.startswith(MARKERS) else "plain"),)
        for text in texts
    ]


def feed_text(conflict: Conflict, chamber: str, verb: str) -> str:
    """Return the feed's text for the named chamber: `verb`, then the other side."""
    first, second = map(side_name, conflict.between)
    other_side = first if second == chamber else second
    if fails_together(conflict):
        words = _fails_together_with(conflict, other_side)
        return words.replace(SIGN, "no longer") if conflict.is_over else words
    if conflict.is_over:
        return f"{verb} {other_side}"
    names = ", ".join(map(plain, conflict.files)) or files_text(conflict.count)
    return f"{verb} {other_side}: {names}"
