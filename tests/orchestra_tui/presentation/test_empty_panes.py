from orchestra_tui.key_bindings import KEYS
from orchestra_tui.presentation import empty_panes


def test_a_filter_that_lets_nothing_through_is_named_as_it_was_typed() -> None:
    assert (
        empty_panes.no_match("[red]x") == "Nothing matches “[red]x”. Press esc to clear the filter."
    )


def test_the_keys_that_empty_panes_name_are_those_of_the_table() -> None:
    keys = {key.id: key.first for key in KEYS}
    assert f"Press {keys['start_task']} to start" in empty_panes.TASKS
