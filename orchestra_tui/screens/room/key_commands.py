"""Maps each key of the room's table to one method of a collaborator."""

from collections.abc import Callable
from functools import partial

from textual.binding import BindingType

from orchestra_tui.key_bindings import ROOM_KEYS
from orchestra_tui.screens.app_base import bindings_of
from orchestra_tui.screens.room.detail.detail_pages import DetailPages
from orchestra_tui.screens.room.lists.lists import Lists
from orchestra_tui.screens.room.navigation import Navigation
from orchestra_tui.screens.room.operator_keys import OperatorKeys
from orchestra_tui.screens.room.view_keys import ViewKeys

KeyAction = Callable[[], None]


def room_bindings() -> list[BindingType]:
    """Return one binding per key of the table; a keymap remaps it by its id."""
    return bindings_of(ROOM_KEYS)


def key_commands(
    navigation: Navigation,
    view_keys: ViewKeys,
    operator_keys: OperatorKeys,
    lists: Lists,
    detail: DetailPages,
) -> dict[str, KeyAction]:
    """Return the command of each key, by id, except the application's own."""

    def act_or_open() -> None:
        """Do what helps the worker at the cursor, or else show the details."""
        in_chambers = navigation.pane == "chambers"
        if not (in_chambers and operator_keys.act_if_needed()):
            view_keys.open()

    return (
        {"open": act_or_open, "all_chambers": lists.toggle_all_tasks}
        | _moves(navigation, detail)
        | _views(view_keys)
        | _acts(operator_keys)
    )


def _moves(navigation: Navigation, detail: DetailPages) -> dict[str, KeyAction]:
    return {
        "cursor_down": navigation.cursor_down,
        "cursor_up": navigation.cursor_up,
        "cursor_first": navigation.first_line,
        "cursor_last": navigation.last_line,
        "page_down": navigation.page_down,
        "page_up": navigation.page_up,
        "next_pane": navigation.next_pane,
        "previous_pane": navigation.previous_pane,
        "pane.tasks": partial(navigation.go_to, "tasks"),
        "pane.chambers": partial(navigation.go_to, "chambers"),
        "pane.discoveries": partial(navigation.go_to, "discoveries"),
        "pane.detail": partial(navigation.go_to, "detail"),
        "back": navigation.leave,
        "enlarge": partial(navigation.enlarge, 1),
        "shrink": partial(navigation.enlarge, -1),
        "events": navigation.toggle_drawer,
        "next_tab": detail.area.action_next_tab,
        "previous_tab": detail.area.action_previous_tab,
    }


def _views(view_keys: ViewKeys) -> dict[str, KeyAction]:
    return {
        "filter": view_keys.filter,
        "next_in_need": view_keys.next_in_need,
        "sort_next": partial(view_keys.sort, 1),
        "sort_previous": partial(view_keys.sort, -1),
        "finished": view_keys.toggle_finished,
        "copy": view_keys.copy,
        "help": view_keys.help,
    }


def _acts(operator_keys: OperatorKeys) -> dict[str, KeyAction]:
    return {
        "open_review": operator_keys.review,
        "interrupt": operator_keys.interrupt,
        "answer": operator_keys.answer,
        "start_worker": operator_keys.workers.start,
        "end_worker": operator_keys.workers.end,
        "take_over": operator_keys.workers.take_over,
        "interrupt_all": operator_keys.interrupt_all,
        "stop": operator_keys.stop,
        "suspend": operator_keys.suspend,
        "resume": operator_keys.resume,
        "cancel_mail": operator_keys.cancel_mail,
        "start_task": operator_keys.start_task,
        "create_chambers": operator_keys.create_chambers,
        "close_chamber": operator_keys.close_chamber,
        "restore_chamber": operator_keys.restore_chamber,
        "land": operator_keys.land,
    }
