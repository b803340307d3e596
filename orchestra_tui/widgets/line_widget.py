"""The base of widgets that draw their own lines: styles looked up once, lines kept as strips.

Textual's tables and logs lay out and render far more than what changed. Here nothing has a virtual
size, so a change of content causes no layout, and only the lines named by `redraw` are painted.
"""

from typing import ClassVar, Self

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.color import Color
from textual.filter import LineFilter
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from orchestra_tui.presentation.rows.cells import TONES, Line, Tone

CURSOR = "lines--cursor"
CURSOR_BLURRED = "lines--cursor-blurred"
BAND = "lines--band"  # background of titles and group names
_TONE_CLASSES: dict[Tone, str] = {tone: f"lines--{tone}" for tone in TONES}


class LineWidget(Widget):
    """A widget that draws each line by its number, counted from the top of its visible part."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *_TONE_CLASSES.values(),
        CURSOR,
        CURSOR_BLURRED,
        BAND,
    }
    DEFAULT_CSS = """
    LineWidget {
        background: $background;
        height: 1fr;
        & > .lines--plain { color: $foreground; }
        & > .lines--strong { color: $foreground; text-style: bold; }
        & > .lines--muted { color: $foreground-muted; }
        & > .lines--faint { color: $scrollbar; }
        & > .lines--accent { color: $accent; }
        & > .lines--ok { color: $success; }
        & > .lines--warn { color: $warning; }
        & > .lines--critical { color: $error; }
        & > .lines--cursor { background: $block-cursor-background; }
        & > .lines--band { background: $panel; }
        & > .lines--cursor-blurred { background: $block-cursor-blurred-background; }
    }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id, classes=classes)
        self.extent = Size(0, 0)  # from the last layout; asking Textual costs a look-up per line
        self._painted: list[Strip | None] = []
        self._tones: dict[Tone, Style] = {}
        self._filters = list[LineFilter]()
        self._behind = Color(0, 0, 0)

    def draw(self, y: int, width: int) -> Strip:
        """Return line `y`, counted from the widget's upper edge, in `width` cells."""
        raise NotImplementedError

    def forget_strips(self) -> None:
        """Drop all kept lines, because colours or width have changed."""

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the lines of `crop`; a border, if any, belongs to a parent.

        Textual asks for all lines of every widget that an update touches anywhere, so painted lines
        are kept until `refresh` names them.
        """
        size = self.outer_size  # borders belong to parents, and `size` costs look-ups
        if self.extent != size or len(self._painted) != size.height:
            self.extent = size
            self._painted = [None] * self.extent.height
            self.forget_strips()
        width = self.extent.width
        strips = [self._painted[y] or self._paint(y, width) for y in crop.line_range]
        if crop.column_span != (0, width):
            return [strip.crop(*crop.column_span) for strip in strips]
        return strips

    def refresh(
        self,
        *regions: Region,
        repaint: bool = True,
        layout: bool = False,
        recompose: bool = False,
    ) -> Self:
        """Repaint the lines of `regions`, or all."""
        if not regions:
            self._painted = []
        for region in regions:
            for y in region.line_range:
                if 0 <= y < len(self._painted):
                    self._painted[y] = None
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def redraw(self, y: int) -> None:
        """Repaint one line."""
        self.refresh(Region(0, y, self.extent.width, 1))

    def _paint(self, y: int, width: int) -> Strip:
        strip = self.draw(y, width)
        self._painted[y] = strip
        return strip

    def notify_style_update(self) -> None:
        """Look up the colours again, because a theme or a rule may have changed them."""
        self._tones = {}
        self._painted = []
        self.forget_strips()
        super().notify_style_update()

    def watch_virtual_size(self, size: Size) -> None:
        """Report a new size that Textual does not report.

        Textual posts no `Resize` if somebody asked for a region between the change and its layout.
        """
        if size != self.extent:
            self.post_message(events.Resize(size, size))

    def on_resize(self, event: events.Resize) -> None:
        """Make lines for the new width."""
        self.extent = event.size
        self.forget_strips()
        self.refresh()

    def tone(self, tone: Tone) -> Style:
        """Return the style of a tone."""
        if not self._tones:
            self._tones = {
                each: self.get_component_rich_style(name) for each, name in _TONE_CLASSES.items()
            }
            self._filters = list(self.get_line_filters())
            self._behind = self.background_colors[1]
        return self._tones[tone]

    def strip_of(self, line: Line, width: int, over: Style | None = None) -> Strip:
        """Return cells as a strip of exactly `width`; `over` is a cursor's background."""
        segments = [
            Segment(cell.text, self.tone(cell.tone) + over if over else self.tone(cell.tone))
            for cell in line
        ]
        filler = self.tone("plain") + over if over else self.tone("plain")
        strip = Strip(segments).adjust_cell_length(width, filler)
        for line_filter in self._filters:
            strip = strip.apply_filter(line_filter, self._behind)
        return strip
