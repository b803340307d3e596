"""The keys that choose what is shown: details, filter, finished work, help."""

from orchestra_core.text import one_line
from orchestra_tui.key_bindings import key_of
from orchestra_tui.presentation.choices.copy_choices import copy_choices
from orchestra_tui.screens.app_base import AppBase
from orchestra_tui.screens.dialogs.copy_menu import CopyMenu
from orchestra_tui.screens.dialogs.help import Help
from orchestra_tui.screens.dialogs.start.start_worker_dialog import configured_agents
from orchestra_tui.screens.room.detail.detail_pages import DetailPages
from orchestra_tui.screens.room.lists.lists import Lists
from orchestra_tui.screens.room.navigation import Navigation
from orchestra_tui.widgets.filter_line import FilterLine

_SHOWN = 60  # characters of a copied text


class ViewKeys:
    """Commands that change only what this screen shows, or say in one line why they cannot."""

    def __init__(
        self,
        app: AppBase,
        lists: Lists,
        navigation: Navigation,
        filter_line: FilterLine,
        detail: DetailPages,
    ) -> None:
        self._app = app
        self._detail = detail
        self._lists = lists
        self._navigation = navigation
        self._filter_line = filter_line

    def open(self) -> None:
        """Show what is selected in the detail area."""
        table = self._navigation.table
        if table is not None and not table.cursor_key:
            self._app.say("enter: nothing selected", problem=True)
        else:
            self._navigation.go_to("detail")

    def next_in_need(self) -> None:
        """Go to the next worker that needs somebody, in any task."""
        if not self._navigation.go_to_next_in_need():
            key = key_of("next_in_need")
            self._app.say(f"{key.first} ({key.label}): nobody needs you, and nobody is stuck")

    def filter(self) -> None:
        """Ask for the words that filter the current list, or the transcript."""
        table = self._navigation.table
        if table is not None:
            self._filter_line.open(table)
        elif self._navigation.pane == "detail" and self._detail.can_filter:
            self._filter_line.open(self._detail)
        else:
            why = "/ filters a list or a transcript; press 1, 2 or 3 to go to a list"
            self._app.say(why, problem=True)

    def sort(self, by: int) -> None:
        """Sort the current list by its next or previous order."""
        pane = self._navigation.pane
        if pane in ("detail", "feed"):
            self._app.say("< and > sort a list; press 1, 2 or 3 to go to one", problem=True)
        else:
            order = self._lists.sort(pane, by)
            self._app.say(f"Sorted by {order}" if order else "Back in its default order")

    def toggle_finished(self) -> None:
        """Show or hide finished work."""
        shown = self._lists.toggle_finished()
        self._app.say("Showing finished work" if shown else "Hiding finished work")

    def copy(self) -> None:
        """Copy what is chosen with the mouse, or offer texts of the selection."""
        if text := self._detail.area.text.selected_text:
            self._app.copy_to_clipboard(text)
            self._detail.area.text.clear_selection()
            self._app.say(f"Copied: {one_line(text, _SHOWN)}")
            return
        state, subject = self._app.view_model.state, self._detail.subject
        documents = {
            "task": state.tasks,
            "chamber": state.chambers,
            "discovery": state.discoveries,
        }
        document = documents.get(subject.kind, {}).get(subject.key)
        if document is None:
            key = key_of("copy")
            self._app.say(f"{key.first} ({key.label}): nothing selected", problem=True)
        else:
            self._app.push_screen(CopyMenu(copy_choices(document, state, configured_agents())))

    def help(self) -> None:
        """Show all keys."""
        self._app.push_screen(Help())
