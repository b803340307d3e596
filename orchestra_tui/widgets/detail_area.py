"""The detail area: a line of tabs and, below it, the text of the current one."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from orchestra_tui.presentation.rows.cells import Cell, Line
from orchestra_tui.widgets.line_widget import LineWidget
from orchestra_tui.widgets.text_view import TextView

ROOMY = 14  # lines


class TabLine(LineWidget):
    """The names of the tabs on one line, the current one bold and in brackets.

    A blank line follows if there is space for it.
    """

    DEFAULT_CSS = """
    TabLine { height: auto; }
    """

    @dataclass
    class TabPicked(Message):
        """A tab was clicked."""

        name: str

    names: reactive[tuple[str, ...]] = reactive(())
    shown: reactive[str] = reactive("")

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Take two lines in a high area, one in a low area."""
        del viewport, width
        return 2 if container.height >= ROOMY else 1

    def draw(self, y: int, width: int) -> Strip:
        """Return the names side by side."""
        if y > 0:
            return self.strip_of((), width)
        cells = [Cell(" ")]
        for name in self.names:
            here = name == self.shown
            cells.append(Cell(f"[{name}]" if here else f" {name} ", "strong" if here else "muted"))
        return self.strip_of(tuple(cells), width)

    def on_click(self, event: events.Click) -> None:
        """Find the name below the mouse."""
        if event.y > 0:
            return
        x = 1
        for name in self.names:
            if x <= event.x < x + len(name) + 2:
                self.post_message(self.TabPicked(name))
            x += len(name) + 2


class DetailArea(Vertical):
    """Tabs above one text, which is set from outside for the current tab.

    Focus goes to the text (`DetailArea.text`), which scrolls by the same actions as a table.
    """

    DEFAULT_CSS = """
    DetailArea { height: 1fr; }
    """

    @dataclass
    class TabShown(Message):
        """Another tab is shown now and may need its content."""

        area: "DetailArea"
        name: str

        @property
        def control(self) -> "DetailArea":
            """The area, for `@on`."""
            return self.area

    def __init__(
        self,
        tabs: Sequence[str] = (),
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._line = TabLine()
        self._line.names = tuple(tabs)
        self._line.shown = tabs[0] if tabs else ""
        self.text = TextView()

    @property
    def tabs(self) -> tuple[str, ...]:
        """The names of all tabs."""
        return self._line.names

    @property
    def tab(self) -> str:
        """The name of the current tab."""
        return self._line.shown

    def compose(self) -> ComposeResult:
        """Put the names above the text."""
        yield self._line
        yield self.text

    def set_tabs(self, tabs: Sequence[str]) -> None:
        """Offer other tabs; the current one stays if it is among them."""
        self._line.names = tuple(tabs)
        if self.tab not in tabs:
            self.show_tab(tabs[0] if tabs else "")

    def set_content(self, lines: Sequence[Line], *, from_start: bool = False) -> None:
        """Show the text of the current tab; `from_start` scrolls to its top."""
        self.text.show(lines, from_start=from_start)

    def show_tab(self, name: str) -> None:
        """Show another tab."""
        if name != self.tab:
            self._line.shown = name
            self.text.show((), from_start=True)
            self.post_message(self.TabShown(self, name))

    def action_next_tab(self) -> None:
        """Show the tab to the right; after the last one, the first."""
        self._step(1)

    def action_previous_tab(self) -> None:
        """Show the tab to the left; before the first one, the last."""
        self._step(-1)

    def on_tab_line_tab_picked(self, event: TabLine.TabPicked) -> None:
        """Show the tab that was clicked."""
        event.stop()
        self.show_tab(event.name)

    def _step(self, by: int) -> None:
        if self.tabs:
            at = (self.tabs.index(self.tab) + by) % len(self.tabs)
            self.show_tab(self.tabs[at])
