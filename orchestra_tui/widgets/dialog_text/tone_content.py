"""Lines with tones as Textual content, for widgets that lay out text by themselves."""

from collections.abc import Sequence

from textual.content import Content

from orchestra_tui.presentation.rows.cells import Line, Tone

_STYLES: dict[Tone, str] = {
    "plain": "$foreground",
    "strong": "$foreground bold",
    "muted": "$foreground-muted",
    "faint": "$scrollbar",
    "accent": "$accent",
    "ok": "$success",
    "warn": "$warning",
    "critical": "$error",
}


def tone_content(lines: Sequence[Line]) -> Content:
    """Return `lines` as content; their texts are not read as markup."""
    return Content("\n").join(
        Content.assemble(*((cell.text, _STYLES[cell.tone]) for cell in line)) for line in lines
    )
