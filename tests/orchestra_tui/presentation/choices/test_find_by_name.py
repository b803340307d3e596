"""Chambers and tasks are found by a part of their names."""

import pytest
from msgspec.structs import replace

from orchestra_tui.presentation.choices.find_by_name import (
    BEGINS,
    CONTAINS,
    MOST,
    find_chambers,
    find_tasks,
    score_of,
)
from orchestra_tui.presentation.indexed_state import IndexedState
from tests.support.gallery.scene_states import NOW, TASK, chamber, state_of, task


def a_state(*names: str) -> IndexedState:
    return IndexedState(state_of(task(), *map(chamber, names)), clock=lambda: NOW)


@pytest.mark.parametrize(
    ("query", "score"),
    [("auth", BEGINS), ("AUTH", BEGINS), ("api", CONTAINS), (" api ", CONTAINS), ("x", 0), ("", 0)],
)
def test_a_name_matches_by_its_beginning_before_any_other_part(query: str, score: float) -> None:
    assert score_of("auth-api", query) == score


def test_a_chamber_is_found_with_the_state_of_its_worker_and_its_task() -> None:
    (place,) = find_chambers(a_state("auth", "database"), "uth")
    assert (place.key, place.name, place.symbol) == (f"{TASK}/auth", "auth", "○")
    assert place.about.startswith("idle: no worker yet · Add OAuth2 login")


def test_chambers_that_stand_come_before_those_that_are_over() -> None:
    old = chamber("auth-old", state="closed")
    state = IndexedState(state_of(task(), old, chamber("auth")), clock=lambda: NOW)
    assert [place.name for place in find_chambers(state, "auth")] == ["auth", "auth-old"]


def test_a_task_is_found_by_its_request_and_its_id() -> None:
    state = a_state()
    for query in ("oauth2 login", "4f1c"):
        (place,) = find_tasks(state, query)
        assert (place.key, place.about) == (TASK, TASK)


def test_no_more_are_found_than_a_person_reads() -> None:
    tasks = (replace(task(), id=f"task-{number}") for number in range(3 * MOST))
    state = IndexedState(state_of(*tasks), clock=lambda: NOW)
    assert len(find_tasks(state, "oauth")) == MOST
