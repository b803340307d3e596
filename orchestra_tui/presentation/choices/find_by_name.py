"""Finds chambers and tasks by a part of their names, for the palette."""

from collections.abc import Iterable
from typing import NamedTuple

from orchestra_core.wording.holds import chamber_symbol, chamber_text
from orchestra_tui.presentation.indexed_state import IndexedState
from orchestra_tui.presentation.rows.symbols import TASK
from orchestra_tui.presentation.text_fit import plain

MOST = 20  # of each kind; for another one, type more of its name
BEGINS, CONTAINS = 3.0, 2.0


class NamedPlace(NamedTuple):
    """A chamber or task with its score; `about` says what its state is."""

    score: float
    key: str
    symbol: str
    name: str
    about: str


def find_chambers(state: IndexedState, query: str) -> list[NamedPlace]:
    """Return the chambers whose name contains the query: standing ones first, newest first."""
    chambers = sorted(
        state.chambers.values(), key=lambda chamber: (chamber.is_over, -chamber.created_at)
    )
    names = ((chamber.id, chamber.name) for chamber in chambers)
    return [_chamber_place(key, score, state) for key, score in _matches(names, query)]


def find_tasks(state: IndexedState, query: str) -> list[NamedPlace]:
    """Return the tasks whose request or id contains the query, open ones first."""
    names = ((key, f"{state.tasks[key].description} {key}") for key in state.task_keys())
    return [_task_place(key, score, state) for key, score in _matches(names, query)]


def score_of(name: str, query: str) -> float:
    """Return how well a name matches; 0 if it does not contain the query."""
    name, query = name.casefold(), query.strip().casefold()
    if not query or query not in name:
        return 0.0
    return BEGINS if name.startswith(query) else CONTAINS


def _matches(names: Iterable[tuple[str, str]], query: str) -> list[tuple[str, float]]:
    matches: list[tuple[str, float]] = []
    for key, name in names:
        if score := score_of(name, query):
            matches.append((key, score))
        if len(matches) == MOST:
            break
    return matches


def _chamber_place(key: str, score: float, state: IndexedState) -> NamedPlace:
    chamber = state.chambers[key]
    worker, task = state.worker_of(chamber), state.tasks.get(chamber.task_id)
    holds = state.landing.holds_of(key)
    words = (plain(chamber_text(worker, holds)), plain(task.description) if task else "")
    about = " · ".join(filter(None, words))
    return NamedPlace(score, key, chamber_symbol(worker, holds), plain(chamber.name), about)


def _task_place(key: str, score: float, state: IndexedState) -> NamedPlace:
    task = state.tasks[key]
    return NamedPlace(score, key, TASK[task.state].text, plain(task.description), key)
