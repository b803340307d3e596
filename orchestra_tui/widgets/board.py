"""The room's panes, laid out by their content and by which one is in use."""

from collections.abc import Callable, Mapping

from textual.geometry import NULL_OFFSET, Region, Size, Spacing
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.widget import Widget

from orchestra_tui.presentation.board.board_layout import BoardNeeds, BoardPane, Box, board_boxes
from orchestra_tui.widgets.pane import Pane

_NO_MARGIN = Spacing(0, 0, 0, 0)


class BoardLayout(Layout):
    """Places each pane where a function of the board's size puts it."""

    name = "board"

    def __init__(self, boxes: Callable[[Size], Mapping[Widget, Box]]) -> None:
        self._boxes = boxes

    def arrange(
        self,
        parent: Widget,
        children: list[Widget],
        size: Size,
        greedy: bool = True,  # noqa: FBT001, FBT002 - Textual's own signature
    ) -> ArrangeResult:
        """Return the places of the visible panes."""
        del greedy
        parent.pre_layout(self)
        boxes = self._boxes(size)
        return [
            WidgetPlacement(Region(*boxes[child]), NULL_OFFSET, _NO_MARGIN, child)
            for child in children
            if child in boxes
        ]


class Board(Widget):
    """Holds the panes; `arrange_again` moves them if their content needs other places."""

    def __init__(
        self,
        panes: Mapping[BoardPane, Pane],
        needs: Callable[[], BoardNeeds],
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name for it
    ) -> None:
        super().__init__(*panes.values(), id=id)
        self._panes = panes
        self._needs = needs
        self._size = Size(0, 0)
        self._shown: Mapping[BoardPane, Box] = {}
        self._layout_of_panes = BoardLayout(self._boxes)

    @property
    def layout(self) -> Layout:
        """The layout of the panes, which no style sheet can change."""
        return self._layout_of_panes

    def arrange_again(self) -> None:
        """Lay out the panes again, if any has another place now."""
        if self._size and board_boxes(*self._size, self._needs()) != self._shown:
            # On a child, because Textual keeps an arrangement until a child asks for another one.
            next(iter(self._panes.values())).refresh(layout=True)

    def shows(self, pane: BoardPane) -> bool:
        """Tell whether a pane is visible."""
        return pane in self._shown

    def _boxes(self, size: Size) -> Mapping[Widget, Box]:
        self._size = size
        self._shown = board_boxes(*size, self._needs())
        return {self._panes[name]: box for name, box in self._shown.items()}
