"""Which chambers' work clones exchange, and at which address."""

from msgspec.structs import replace

from orchestra_core.models import Chamber
from orchestra_core.state import ProjectState
from orchestra_server.usecases.exchange.shared_tasks import chambers_of_others, places_to_publish
from tests.support.samples.documents import a_chamber, a_clone, a_task

CLONES = {"a": "x\ny", "b": "y\nx", "c": "x"}
API = replace(a_chamber("api"), state="live", clone="a")
AUTH = replace(a_chamber("auth"), state="live", clone="b", published="c0ffee")


def state_with(*chambers: Chamber, **changes: str) -> ProjectState:
    task = replace(a_task(), **changes)
    clones = {
        chamber: replace(a_clone(chamber, f"/{chamber}"), remotes=at)
        for chamber, at in CLONES.items()
    }
    return ProjectState(
        tasks={task.id: task}, chambers={chamber.id: chamber for chamber in chambers}, clones=clones
    )


def test_a_task_with_chambers_in_two_clones_is_shared() -> None:
    state = state_with(API, AUTH)
    assert places_to_publish(state, "a") == {API.id: "x"}
    assert places_to_publish(state, "b") == {AUTH.id: "y"}
    assert chambers_of_others(state, "a") == [AUTH]
    assert chambers_of_others(state, "b") == []


def test_an_address_that_all_clones_share_is_preferred() -> None:
    web = replace(a_chamber("web"), state="live", clone="c")
    assert places_to_publish(state_with(API, AUTH, web), "b") == {AUTH.id: "x"}


def test_nothing_is_published_without_another_live_chamber_an_address_or_an_open_task() -> None:
    assert places_to_publish(state_with(API), "a") == {}
    assert places_to_publish(state_with(API, replace(AUTH, state="closed")), "a") == {}
    assert places_to_publish(state_with(API, AUTH, state="completing"), "a") == {}
    assert places_to_publish(state_with(API, replace(AUTH, clone="unknown")), "a") == {}
    assert places_to_publish(state_with(API, AUTH), "") == {}
    assert chambers_of_others(state_with(AUTH), "a") == []
