"""The room in its obvious form, built on Textual's DataTable and RichLog.

It shows the same three things (tasks, chambers, feed) and what is selected, of the same followed
store, and applies each event as it comes. `python -m benchmarks.rooms.stock_room PROJECT`.
"""

import sys
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import DataTable, RichLog, Static

from orchestra_core.events import Event
from orchestra_core.models import Chamber, Task
from orchestra_core.settings import Settings, read_settings
from orchestra_core.state import ProjectState
from orchestra_core.store.follow import Arrived, Snapshot
from orchestra_core.store.open_store import open_store

_TASK_COLUMNS = ("task", "level", "phase", "state")
_CHAMBER_COLUMNS = ("chamber", "state", "branch")


class StockRoom(App[None]):
    """Follows one project."""

    CSS: ClassVar[str] = """
    #tasks, #chambers { height: 1fr; }
    #lists { width: 2fr; }
    #detail { width: 1fr; }
    #feed { height: 10; }
    """

    def __init__(self, project: str, settings: Settings) -> None:
        super().__init__()
        self._project = project
        self._settings = settings
        self._state = ProjectState()
        self.tasks: DataTable[str] = DataTable(id="tasks", cursor_type="row")
        self.chambers: DataTable[str] = DataTable(id="chambers", cursor_type="row")
        self.detail = Static(id="detail", markup=False)
        self.feed = RichLog(id="feed", max_lines=5_000)

    def compose(self) -> ComposeResult:
        """Lay out tables, detail and feed."""
        with Horizontal():
            with Vertical(id="lists"):
                yield self.tasks
                yield self.chambers
            yield self.detail
        yield self.feed

    def on_mount(self) -> None:
        """Start to follow the project."""
        for table, columns in ((self.tasks, _TASK_COLUMNS), (self.chambers, _CHAMBER_COLUMNS)):
            for column in columns:
                table.add_column(column, key=column)
        self.tasks.focus()
        self.run_worker(self._follow())

    async def _follow(self) -> None:
        async with open_store(self._project, self._settings) as store:
            async for update in store.follow():
                match update:
                    case Snapshot(state=state):
                        self._fill(state)
                    case Arrived(events=events):
                        for event in events:
                            self._apply(event)
                    case _:
                        pass

    def _fill(self, state: ProjectState) -> None:
        self._state = state
        newest = sorted(state.tasks.values(), key=lambda shown_task: -shown_task.started_at)
        for task in newest:
            self.tasks.add_row(*_task_cells(task), key=task.id)
        for chamber in state.chambers.values():
            self.chambers.add_row(*_chamber_cells(chamber), key=chamber.id)
        self.feed.write("live")

    def _apply(self, event: Event) -> None:
        self._state.apply(event)
        if event.data.task is not None:
            cells = zip(_TASK_COLUMNS, _task_cells(event.data.task), strict=True)
            for column, text in cells:
                self.tasks.update_cell(event.data.task.id, column, text)
        if event.data.chamber is not None:
            cells = zip(_CHAMBER_COLUMNS, _chamber_cells(event.data.chamber), strict=True)
            for column, text in cells:
                self.chambers.update_cell(event.data.chamber.id, column, text)
        self.feed.write(f"{event.at} {event.chamber or event.task_id} {event.kind}")

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """Show what is selected."""
        task = self._state.tasks.get(event.row_key.value or "")
        if task is not None:
            self.detail.update(f"▌ {task.description}\n{task.phase}\n{task.state}")


def _task_cells(task: Task) -> tuple[str, str, str, str]:
    return task.description, task.complexity, task.phase, task.state


def _chamber_cells(chamber: Chamber) -> tuple[str, str, str]:
    return chamber.name, chamber.state, chamber.branch


if __name__ == "__main__":
    StockRoom(sys.argv[1], read_settings()).run()
