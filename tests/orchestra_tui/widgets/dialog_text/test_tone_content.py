"""Lines with tones as Textual's content."""

from orchestra_tui.presentation.rows.cells import Cell
from orchestra_tui.widgets.dialog_text.tone_content import tone_content


def test_texts_keep_their_lines_and_their_brackets() -> None:
    lines = [(Cell("[red]a", "warn"), Cell("b")), (), (Cell("c", "strong"),)]
    content = tone_content(lines)
    assert content.plain == "[red]ab\n\nc"
    assert [str(span.style) for span in content.spans] == [
        "$warning",
        "$foreground",
        "$foreground bold",
    ]
