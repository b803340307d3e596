"""Lines with tones as Textual's content, for widgets that lay text out by themselves."""

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
    """Return `lines`; no markup is read from their texts."""
    return Content("\n").join(
        Content.assemble(*((cell.text, _STYLES[cell.tone]) for cell in line)) for line in lines
    )
