"""The base of every widget that draws its own lines: styles looked up once, lines kept as strips.

Textual's tables and logs lay out and render far more than changed. Here nothing has a virtual
size, so no change of content lays anything out, and only the lines named by `redraw` are painted.
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
BAND = "lines--band"  # behind titles and the names of groups
_TONE_CLASSES: dict[Tone, str] = {tone: f"lines--{tone}" for tone in TONES}


class LineWidget(Widget):
    """A widget whose every line is asked for by number, from the top of the screen's part of it."""

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
        self.extent = Size(0, 0)  # as last laid out; asking Textual costs a look-up per line
        self._painted: list[Strip | None] = []
        self._tones: dict[Tone, Style] = {}
        self._filters = list[LineFilter]()
        self._behind = Color(0, 0, 0)

    def draw(self, y: int, width: int) -> Strip:
        """Return the line at `y` below the widget's upper edge, in `width` cells."""
        raise NotImplementedError

    def forget_strips(self) -> None:
        """Drop every line kept: colours or width have changed."""

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the lines of `crop`; the border, if any, is a parent's.

        Textual asks for all lines of every widget that an update anywhere touches, so those painted
        before are kept until `refresh` names them.
        """
        size = self.outer_size  # the border is a parent's, and `size` costs a look-up per style
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
        """Look the colours up again, since a theme or a rule may have changed them."""
        self._tones = {}
        self._painted = []
        self.forget_strips()
        super().notify_style_update()

    def watch_virtual_size(self, size: Size) -> None:
        """Tell of a new size that Textual keeps to itself.

        It posts no `Resize` if somebody asked for a region between the change and its layout.
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
