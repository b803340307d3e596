"""A review's files as lines of a list, and the words for each file's change."""

from orchestra_tui.presentation.review.diff_model import FileDiff
from orchestra_tui.presentation.review.review_model import SeenState
from orchestra_tui.presentation.rows.cells import Cell, Line, Tone
from orchestra_tui.presentation.text_fit import ELLIPSIS, fit, inert, line_width

_WORDS: dict[str, tuple[str, Tone]] = {
    "A": ("new", "ok"),
    "C": ("copied", "ok"),
    "D": ("deleted", "critical"),
    "M": ("changed", "plain"),
    "R": ("renamed", "accent"),
    "T": ("type", "warn"),
}
_SEEN: dict[SeenState, Cell] = {
    "": Cell("  "),
    "seen": Cell("✓ ", "ok"),
    "changed": Cell("~ ", "warn"),
}
_WORD_WIDTH = 8
_WIDE = 38  # cells; a narrower list shows git's letter instead


def state_word(file: FileDiff) -> Cell:
    """Return what happened to a file, in one word."""
    word, tone = _WORDS.get(file.entry.status, (file.entry.status, "plain"))
    if file.entry.status == "M" and file.mode_change and not file.lines:
        word = "mode"
    return Cell(word, tone)


def size_cells(file: FileDiff) -> Line:
    """Return `+12 -3`, or `binary`."""
    entry = file.entry
    if entry.binary:
        return (Cell("binary", "muted"),)
    added = Cell(f"+{entry.insertions}", "ok" if entry.insertions else "faint")
    removed = Cell(f"-{entry.deletions}", "critical" if entry.deletions else "faint")
    return (added, Cell(" "), removed)


def file_row(file: FileDiff, seen: SeenState, comments: int, width: int) -> Line:
    """Return a file's line in exactly `width` cells: seen, state, end of the path, comments."""
    word = state_word(file)
    state = Cell(
        fit(word.text, _WORD_WIDTH) if width >= _WIDE else f"{file.entry.status} ", word.tone
    )
    noted = (Cell(f"●{comments} ", "accent"),) if comments else ()
    sizes = size_cells(file)
    head: Line = (_SEEN[seen], state)
    room = width - line_width(head) - line_width(noted) - line_width(sizes) - 1
    path = fit_path(file.path, max(1, room))
    tone: Tone = "muted" if seen == "seen" else "plain"
    return (*head, Cell(path, tone), Cell(" "), *noted, *sizes)


def fit_path(path: str, width: int) -> str:
    """Return a path in exactly `width` cells; for a long one the end, which tells files apart."""
    shown = inert(path)
    if line_width((Cell(shown),)) <= width:
        return fit(shown, width)
    tail = shown
    while tail and line_width((Cell(tail),)) > width - 1:
        tail = tail[1:]
    return fit(ELLIPSIS + tail, width)


def file_title(file: FileDiff) -> str:
    """Return the title of the diff's pane: path, state, sizes, former name, mode."""
    parts = [inert(file.path), state_word(file).text]
    parts.append("".join(cell.text for cell in size_cells(file)))
    if file.entry.former_path:
        parts.append(f"from {inert(file.entry.former_path)}")
    if file.mode_change:
        parts.append(f"mode {file.mode_change}")
    return "  ".join(parts)
