"""The tables of tasks, chambers and discoveries, each in its pane, filled from the state."""

from collections.abc import Sequence
from typing import Literal

from orchestra_core.clock import Clock
from orchestra_core.models import Chamber, Task
from orchestra_core.wording.ages import earliest
from orchestra_tui.backend.view_model import ViewModel
from orchestra_tui.key_bindings import key_of
from orchestra_tui.presentation import empty_panes
from orchestra_tui.presentation.choices.next_in_need import next_in_need
from orchestra_tui.presentation.indexed_state import ChangedRows
from orchestra_tui.presentation.rows.chamber_rows import ChamberRows, chamber_columns
from orchestra_tui.presentation.rows.discovery_rows import DISCOVERY_COLUMNS, DiscoveryRows
from orchestra_tui.presentation.rows.ended_note import ended_note
from orchestra_tui.presentation.rows.row_order import OWN_ORDER, in_order, next_order
from orchestra_tui.presentation.rows.task_rows import TASK_COLUMNS, TaskRows
from orchestra_tui.screens.room.lists.list_filter import ListFilter
from orchestra_tui.widgets.line_table import LineTable
from orchestra_tui.widgets.pane import Pane

ListName = Literal["tasks", "chambers", "discoveries"]
_TITLES: dict[ListName, str] = {
    "tasks": "1 Tasks",
    "chambers": "2 Chambers",
    "discoveries": "3 Discoveries",
}


class Lists:
    """Fills the tables, updates the counts in their panes, and knows what is selected."""

    def __init__(self, view_model: ViewModel, clock: Clock) -> None:
        state = view_model.state
        self._view_model = view_model
        self._state = state
        self._clock = clock
        self._filter = ListFilter()
        self._ended_note = ""
        self._orders: dict[ListName, str] = dict.fromkeys(_TITLES, OWN_ORDER)
        chamber_rows = ChamberRows(state, clock)
        self._chamber_heading = chamber_rows.heading
        self.tables: dict[ListName, LineTable] = {
            "tasks": LineTable(TASK_COLUMNS, TaskRows(state, clock), id="tasks"),
            "chambers": LineTable(
                chamber_columns(), chamber_rows, heading=chamber_rows.heading, id="chambers"
            ),
            "discoveries": LineTable(
                DISCOVERY_COLUMNS, DiscoveryRows(state, clock), id="discoveries"
            ),
        }
        self.panes: dict[ListName, Pane] = {
            name: Pane(table, title=_TITLES[name], id=f"{name}-pane")
            for name, table in self.tables.items()
        }

    # What is selected

    @property
    def task_id(self) -> str:
        """The id of the task at the cursor; empty if there is none."""
        return self.tables["tasks"].cursor_key

    @property
    def task(self) -> Task | None:
        """The task under the cursor."""
        return self._state.tasks.get(self.task_id)

    @property
    def measured_tasks(self) -> Sequence[str]:
        """The ids of the tasks whose chambers show diff sizes: the selected one first."""
        on_screen = map(self._state.chambers.get, self.tables["chambers"].keys_on_screen)
        tasks = (chamber.task_id for chamber in on_screen if chamber is not None)
        return [*dict.fromkeys((*filter(None, [self.task_id]), *tasks))]

    @property
    def chamber(self) -> Chamber | None:
        """The chamber under the cursor."""
        return self._state.chambers.get(self.tables["chambers"].cursor_key)

    @property
    def task_at_hand(self) -> Task | None:
        """The task of the chamber at the cursor while the chambers have the focus, else `task`.

        They differ while the chambers of all tasks are shown.
        """
        chamber = self.chamber if self.tables["chambers"].has_focus else None
        return self._state.tasks.get(chamber.task_id) if chamber is not None else self.task

    def select_task(self, task_id: str) -> None:
        """Put the cursor on a task; clear the filter first, because it might hide the task."""
        self.tables["tasks"].filter("")
        self.tables["tasks"].select(task_id)
        self.write_counts()

    def select_chamber(self, key: str) -> None:
        """Put the cursor on a chamber of any task, whatever the lists show."""
        chamber = self._state.chambers[key]
        task = self._state.tasks.get(chamber.task_id)
        hides_chamber = chamber.is_over and not self._filter.ended_chambers
        if hides_chamber or (task is not None and task.is_over and not self._filter.ended_tasks):
            self.toggle_finished()
        self.select_task(chamber.task_id)
        self.tables["chambers"].filter("")
        self.fill_for_task()  # at once: the next key may be for this chamber
        self.tables["chambers"].select(key)

    @property
    def shows_all_tasks(self) -> bool:
        """Whether the chambers of all open tasks are shown, not only the selected task's."""
        return self._filter.all_tasks

    def next_in_need(self, current: str) -> str:
        """Return the chamber after `current` whose worker needs somebody; "" for none."""
        return next_in_need(self._state, current)

    def follow_new_task(self) -> None:
        """Select the newest task if it began after the selected one's end; not while filtered."""
        task, keys = self.task, self._state.task_keys()
        if task is None or not task.is_over or self.tables["tasks"].filter_text:
            return
        newest = self._state.tasks[keys[0]]
        if newest.is_open and newest.started_at >= task.finished_at:
            self.tables["tasks"].select(newest.id)

    # What is shown

    def fill(self) -> None:
        """Refill every table."""
        self._fill_tasks()
        self._fill_rest()
        self.fill_for_task()

    def fill_for_task(self) -> None:
        """Refill the tables that depend on the selected task."""
        if not self._filter.all_tasks or not self.tables["chambers"].total:
            self._fill_rest()
        self._explain_empty()
        self.write_counts()

    def show_changes(self, rows: ChangedRows) -> None:
        """Repaint changed rows; refill the tables whose members or order changed."""
        if rows.task_order:
            self._fill_tasks()
        is_sorted = rows.chambers and self._orders["chambers"] != OWN_ORDER
        if rows.chamber_order or rows.discovery_order or is_sorted:
            self._fill_rest()
        if rows.task_order or rows.chamber_order or rows.discovery_order:
            self.write_counts()
        if rows.chambers or rows.task_order:
            self._set_columns()
        self.repaint(rows)

    def repaint(self, rows: ChangedRows) -> None:
        """Repaint changed rows."""
        self.tables["tasks"].changed(rows.tasks)
        self.tables["chambers"].changed(rows.chambers)
        self.tables["discoveries"].changed(rows.discoveries)

    def toggle_all_tasks(self) -> None:
        """Switch between the chambers and discoveries of all tasks and of the selected one."""
        self._filter.all_tasks = not self._filter.all_tasks
        self.fill()

    def toggle_finished(self) -> bool:
        """Show or hide finished work; return whether it shows now."""
        shown = self._filter.toggle_ended()
        self.fill()
        return shown

    def sort(self, name: ListName, by: int) -> str:
        """Sort a list by its next or previous order; return that, "" for its own."""
        self._orders[name] = next_order(name, self._orders[name], by)
        self._fill_tasks()
        self._fill_rest()
        self.write_counts()
        return self._orders[name]

    def write_counts(self) -> None:
        """Show each pane's number of rows, filter and order."""
        for name, table in self.tables.items():
            self.panes[name].set_count(table.line_count, table.total)
            order = f"by {self._orders[name]}" if self._orders[name] else ""
            filter_text = f"/{table.filter_text}" if table.filter_text else ""
            self.panes[name].set_note("  ".join(filter(None, (filter_text, order))))

    def tick(self) -> None:
        """Repaint the rows whose ages have changed."""
        for table in self.tables.values():
            table.tick()

    @property
    def next_due(self) -> int:
        """When a row on screen changes by itself (ms); 0 for never."""
        return earliest(*(table.next_due for table in self.tables.values()))

    def _fill_tasks(self) -> None:
        self._show("tasks", self._filter.tasks(self._state))

    def _show(self, name: ListName, keys: Sequence[str]) -> None:
        heading = self._chamber_heading if name == "chambers" else None
        self.tables[name].show(in_order(name, keys, self._orders[name], self._state, heading))

    def _fill_rest(self) -> None:
        self._show("chambers", self._filter.chambers(self._state, self.task_id))
        self._fill_discoveries()
        folded = () if self._filter.ended_chambers else self._state.ended_chambers()
        self._ended_note = ended_note(folded, self._clock(), key_of("finished").first)
        self.tables["chambers"].set_footnote(self._ended_note)
        self._explain_empty()
        self._set_columns()

    def _fill_discoveries(self) -> None:
        """Show the discoveries; the newest stays in view until somebody selects another."""
        table = self.tables["discoveries"]
        was_at_newest = table.is_at_first and not table.has_focus
        self._show("discoveries", self._filter.discoveries(self._state, self.task_id))
        if was_at_newest:
            table.action_first()

    def _set_columns(self) -> None:
        """Show a column for each mark that any chamber has."""
        state = self._state
        columns = chamber_columns(
            several_tasks=len(state.open_tasks) > 1,
            conflicts=bool(state.open_conflicts),
            unread=bool(state.unread_mail),
        )
        self.tables["chambers"].set_columns(columns)

    def _explain_empty(self) -> None:
        loaded = self._view_model.live_once
        chambers = empty_panes.CHAMBERS if self.task else empty_panes.NO_TASK
        if self._ended_note:
            chambers = f"{empty_panes.NO_OPEN_CHAMBER} {self._ended_note}."
        self.tables["tasks"].set_empty_text(empty_panes.TASKS if loaded else empty_panes.CONNECTING)
        self.tables["chambers"].set_empty_text(chambers if loaded else "")
        self.tables["discoveries"].set_empty_text(empty_panes.DISCOVERIES if loaded else "")
