from orchestra_tui.key_bindings import KEYS
from orchestra_tui.presentation import empty_panes


def test_the_text_for_a_filter_without_matches_quotes_the_filter() -> None:
    assert (
        empty_panes.no_match("[red]x") == "Nothing matches “[red]x”. Press esc to clear the filter."
    )


def test_the_keys_named_by_empty_panes_are_in_the_key_table() -> None:
    keys = {key.id: key.first for key in KEYS}
    assert f"Press {keys['start_task']} to start" in empty_panes.TASKS
