"""Both themes can be read, and no meaning hangs on a colour."""

import pytest
from textual.color import Color
from textual.theme import Theme

from orchestra_tui.presentation.rows import symbols
from orchestra_tui.presentation.rows.cells import Cell
from orchestra_tui.themes import DARK, LIGHT
from orchestra_tui.widgets.line_table import MARK_FOCUSED, LineTable
from tests.support.room.widget_stage import COLUMNS, FixedRows, WidgetStage, painted

LEAST_CONTRAST = 4.5  # WCAG 2.2, success criterion 1.4.3, normal text
TEXT = ("foreground", "foreground-muted", "accent", "success", "warning", "error")
BACKGROUNDS = (
    "background",
    "surface",
    "block-cursor-background",
    "block-cursor-blurred-background",
)
TINT = 0.15  # of a diff's added and removed lines
KEY_LINE = (("footer-key-foreground", "footer-background"),)


def colour(theme: Theme, name: str) -> Color:
    color = Color.parse(theme.to_color_system().generate()[name])
    assert color.a == 1
    return color


def contrast(color: Color, background: Color) -> float:
    darker, lighter = sorted((luminance(color), luminance(background)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(color: Color) -> float:
    """Return the relative luminance (WCAG 2.2)."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in color.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
@pytest.mark.parametrize("background", BACKGROUNDS)
@pytest.mark.parametrize("text", TEXT)
def test_text_contrasts_with_every_background_it_is_drawn_on(
    theme: Theme, text: str, background: str
) -> None:
    assert contrast(colour(theme, text), colour(theme, background)) >= LEAST_CONTRAST


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
@pytest.mark.parametrize("ground", ["success", "error"])
@pytest.mark.parametrize("text", ["foreground", "foreground-muted", "accent", "warning"])
def test_text_contrasts_with_the_grounds_of_added_and_removed_lines(
    theme: Theme, text: str, ground: str
) -> None:
    tinted = colour(theme, "background").blend(colour(theme, ground), TINT)
    assert contrast(colour(theme, text), tinted) >= LEAST_CONTRAST


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
@pytest.mark.parametrize(("text", "background"), KEY_LINE)
def test_the_footer_has_enough_contrast(theme: Theme, text: str, background: str) -> None:
    assert contrast(colour(theme, text), colour(theme, background)) >= LEAST_CONTRAST


@pytest.mark.parametrize(
    "states",
    [symbols.TASK, symbols.CHAMBER, symbols.PRESENCE, symbols.SEVERITY, symbols.MAIL],
    ids=["task", "chamber", "worker", "severity", "mail"],
)
def test_every_state_differs_in_its_text_alone(states: dict[str, Cell]) -> None:
    texts = [cell.text for cell in states.values()]
    assert len(set(texts)) == len(texts)


async def test_the_same_text_is_shown_without_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    rows = FixedRows(3)
    table = LineTable(COLUMNS, rows)
    async with WidgetStage(table).run_test(size=(30, 9)) as pilot:
        table.show(rows.keys)
        table.focus()
        await pilot.pause()
        assert painted(table)[1].startswith(f"{MARK_FOCUSED}● row 0")
        for strip in table.render_lines(table.size.region):
            for segment in strip:
                assert segment.style is not None
                for color in (segment.style.color, segment.style.bgcolor):
                    assert color is not None
                    red, green, blue = color.get_truecolor()
                    assert red == green == blue


async def test_changing_the_theme_repaints_the_widgets() -> None:
    rows = FixedRows(3)
    table = LineTable(COLUMNS, rows)
    app = WidgetStage(table)
    async with app.run_test(size=(30, 9)) as pilot:
        table.show(rows.keys)
        await pilot.pause()
        dark = table.render_lines(table.size.region)[2]
        app.theme = LIGHT.name
        await pilot.pause()
        light = table.render_lines(table.size.region)[2]
        assert dark.text == light.text
        assert dark != light
