"""The orders of a list: its own, and one for each column."""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby

from orchestra_core.wording.titles import task_title
from orchestra_tui.presentation.indexed_state import IndexedState
from orchestra_tui.presentation.rows.mail_cell import unread

_Value = tuple[int, str]  # the least comes first
_SEVERITIES = ("critical", "important", "info")
OWN_ORDER = ""  # for chambers: who needs the operator; for the others: newest first


def _text(text: str) -> _Value:
    return 0, text.casefold()


def _chamber_task(state: IndexedState, key: str) -> _Value:
    task = state.tasks.get(state.chambers[key].task_id)
    return _text(task_title(task.description) if task else "")


def _chamber_lines(state: IndexedState, key: str) -> _Value:
    diff = state.diffs.get(key)
    return -(diff.insertions + diff.deletions) if diff else 1, ""


def _chamber_time(state: IndexedState, key: str) -> _Value:
    return state.worker_of(state.chambers[key]).since, ""


def _chamber_mail(state: IndexedState, key: str) -> _Value:
    return -len(unread(state.mail_of(key))), ""


def _task_in_need(state: IndexedState, key: str) -> _Value:
    counts = state.workers.counts_of(key)
    return -counts.get("needs-you", 0), ""


_Orders = Mapping[str, Callable[[IndexedState, str], _Value]]
_ORDERS: Mapping[str, _Orders] = {
    "tasks": {
        "title": lambda state, key: _text(task_title(state.tasks[key].description)),
        "workers in need": _task_in_need,
    },
    "chambers": {
        "name": lambda state, key: _text(state.chambers[key].name),
        "task": _chamber_task,
        "unread mail": _chamber_mail,
        "lines": _chamber_lines,
        "time": _chamber_time,
    },
    "discoveries": {
        "severity": lambda state, key: (_SEVERITIES.index(state.discoveries[key].severity), ""),
        "from": lambda state, key: _text(state.discoveries[key].chamber),
    },
}


def next_order(name: str, order: str, by: int) -> str:
    """Return a list's next or previous order, cyclically."""
    orders = (OWN_ORDER, *_ORDERS[name])
    return orders[(orders.index(order) + by) % len(orders)]


def in_order(
    name: str,
    keys: Sequence[str],
    order: str,
    state: IndexedState,
    heading: Callable[[str], str] | None = None,
) -> Sequence[str]:
    """Return a list's keys in an order; rows below a heading stay below it."""
    if order == OWN_ORDER:
        return keys
    value = _ORDERS[name][order]
    groups = groupby(keys, heading) if heading is not None else [("", keys)]
    return [key for _, group in groups for key in sorted(group, key=lambda key: value(state, key))]
