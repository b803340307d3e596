"""The first and the last line of a review: what is shown, and the progress of comments."""

from orchestra_core.models import Interrupt
from orchestra_core.replies.review import DiffPart
from orchestra_tui.presentation.review.comments import count_text
from orchestra_tui.presentation.review.review_model import PARTS, Review
from orchestra_tui.presentation.rows.cells import Cell, Line, Tone
from orchestra_tui.presentation.rows.mail_cell import steps_after_sent

_GAP = Cell("  ")


def head_line(review: Review) -> Line:
    """Return whose changes are shown, which part of them, how many files, and how many seen."""
    cells = [Cell("Review ", "muted"), Cell(review.chamber, "strong"), _GAP]
    diff = review.diff
    if diff is None:
        return tuple(cells)
    if diff.landed:
        cells += [Cell(f"landed as {diff.landed[:7]}", "ok"), _GAP]
    elif diff.saved_ref:
        cells += [Cell("closed, from its save", "muted"), _GAP]
    if not diff.landed:
        cells += [*(_part_cell(part, review) for part in PARTS), _GAP]
    files = review.files
    cells.append(Cell(f"{len(files)} file{'s' if len(files) != 1 else ''} "))
    cells.append(Cell(f"+{sum(file.entry.insertions for file in files)} ", "ok"))
    cells.append(Cell(f"-{sum(file.entry.deletions for file in files)}", "critical"))
    cells += [_GAP, Cell(f"{review.seen_count} seen", "muted")]
    if review.drafts:
        cells += [_GAP, Cell(f"{count_text(len(review.drafts))} not sent", "warn")]
    if diff.cut:
        cells += [_GAP, Cell("truncated: too long", "warn")]
    return tuple(cells)


def _part_cell(part: DiffPart, review: Review) -> Cell:
    here = part == review.part
    return Cell(f"[{part}]" if here else f" {part} ", "strong" if here else "muted")


def progress_line(interrupt: Interrupt, count: int) -> Line:
    """Return how far a message with comments has come: `2 comments ✓ sent ✓ posted 40ms · …`."""
    cells = [Cell(count_text(count)), _step("sent", done=True)]
    cells += [_step(text, done=done) for text, done in steps_after_sent(interrupt)]
    if interrupt.is_withdrawn:
        cells.append(Cell(f"  {interrupt.state}", "warn"))
    return tuple(cells)


def _step(text: str, *, done: bool) -> Cell:
    tone: Tone = "ok" if done else "muted"
    return Cell(f"  {'✓' if done else '·'} {text}", tone)
