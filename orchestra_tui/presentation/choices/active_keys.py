"""Which keys of the footer act on the selection, and what they do there."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from orchestra_core.models import Chamber, Task
from orchestra_tui.key_bindings import Key, in_footer

_ON_A_CHAMBER = frozenset({"open_review", "close_chamber"})
_ON_A_LIVE_CHAMBER = frozenset({"interrupt"})
_ON_A_TASK = frozenset({"create_chambers", "land"})


class Selected(NamedTuple):
    """What the keys act on: the task and the chamber at the cursors."""

    task: Task | None = None
    chamber: Chamber | None = None
    enter: str = "open"  # what the enter key does
    anybody_in_need: bool = False
    has_worker: bool = False  # a worker is in a turn, or Orchestra runs one
    runs_worker: bool = False  # Orchestra runs one


def active_keys(selected: Selected) -> Sequence[Key]:
    """Return the footer's keys that can act now."""
    chamber, task = selected.chamber, selected.task
    cannot: set[str] = set()
    if chamber is None:
        cannot |= _ON_A_CHAMBER
    if chamber is None or not chamber.is_live:
        cannot |= _ON_A_LIVE_CHAMBER
    if chamber is None or not chamber.is_live or selected.has_worker:
        cannot.add("start_worker")
    if not selected.runs_worker:
        cannot.add("end_worker")
    if task is None or not task.is_open:
        cannot |= _ON_A_TASK
    if not selected.anybody_in_need:
        cannot.add("next_in_need")
    return [_named(key, selected) for key in in_footer() if key.id not in cannot]


def _named(key: Key, selected: Selected) -> Key:
    return replace(key, label=selected.enter) if key.id == "open" else key
