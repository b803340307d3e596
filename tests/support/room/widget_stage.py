"""A stage for one widget: the smallest application in a room's theme, and what it has painted."""

from textual.app import App, ComposeResult
from textual.geometry import Size
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget

from orchestra_tui import themes
from orchestra_tui.presentation.rows.cells import Cell, Column, Row

COLUMNS = (Column(title="", width=1, gap=1), Column(title="what", width=8, flex=1))


class CountingScreen(Screen[None]):
    """Counts how often everything was laid out."""

    layouts = 0

    def _refresh_layout(self, size: Size | None = None, scroll: bool = False) -> None:  # noqa: FBT001, FBT002 - Textual's own signature
        self.layouts += 1
        super()._refresh_layout(size, scroll)


class WidgetStage(App[None]):
    """Holds the widgets of one test."""

    def __init__(self, *widgets: Widget, light: bool = False) -> None:
        super().__init__()
        self._widgets = widgets
        self._light = light

    def get_default_screen(self) -> Screen[None]:
        self.counting = CountingScreen(id="_default")
        return self.counting

    def compose(self) -> ComposeResult:
        yield from self._widgets

    def on_mount(self) -> None:
        themes.install(self, light=self._light)


async def mounted(pilot: Pilot[None]) -> None:
    """Wait until each widget has handled the messages that mounting and its first layout cause.

    A round lets every widget empty its queue. `pilot.pause()` would wait for an idle process, which
    takes 40 ms: use it where a test shows that nothing happens.
    """
    for _ in range(4):
        await pilot.pause(0)


def painted(widget: Widget) -> list[str]:
    """Return the widget's lines as text, as they would be painted now."""
    return [strip.text for strip in widget.render_lines(widget.size.region)]


class FixedRows:
    """Rows from a table, which a test may change; remembers what was asked for."""

    def __init__(self, count: int) -> None:
        self.texts = {f"k{number}": f"row {number}" for number in range(count)}
        self.due: dict[str, int] = {}
        self.asked: list[str] = []

    @property
    def keys(self) -> list[str]:
        return list(self.texts)

    def row(self, key: str) -> Row:
        self.asked.append(key)
        return Row(key, (Cell("●", "ok"), Cell(self.texts[key])), self.due.get(key, 0))

    def words(self, key: str) -> str:
        return self.texts[key].casefold()
