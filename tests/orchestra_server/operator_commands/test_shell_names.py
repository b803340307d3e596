"""The names that a shell completes."""

from orchestra_core.models import Chamber, ChamberState, Interrupt
from orchestra_core.state import ProjectState
from orchestra_server.operator_commands.shell_names import NAME_KINDS, name_lines
from tests.support.samples.documents import a_task


def a_chamber(name: str, state: ChamberState, *, saved: str = "", at: int = 1) -> Chamber:
    return Chamber(
        id=f"t-1/{name}", task_id="t-1", name=name, state=state, path="", branch="",
        created_at=at, ended_at=at, saved_ref=saved, note="saved",
    )  # fmt: skip


def a_state() -> ProjectState:
    state = ProjectState()
    state.tasks["t-1"] = a_task("t-1", "Add \x1b[2Ja\tlogin")
    for chamber in (
        a_chamber("auth", "live", at=1),
        a_chamber("api", "live", at=2),
        a_chamber("web", "creating"),
        a_chamber("old", "closed", saved="refs/orchestra/saved/t-1/old/1"),
        a_chamber("landed", "closed"),
    ):
        state.chambers[chamber.id] = chamber
    state.interrupts["m-1"] = Interrupt(
        id="m-1", task_id="t-1", chamber="auth", message="Stop", sent_at=1
    )
    return state


def names(kind: str) -> list[str]:
    return [line.partition("\t")[0] for line in name_lines(a_state(), kind)]


def test_live_chambers_have_their_names_the_newest_first() -> None:
    assert names("live") == ["api", "auth"]


def test_chambers_that_are_over_are_named_with_their_task() -> None:
    assert names("chambers") == ["api", "auth", "web", "t-1/landed", "t-1/old"]


def test_saves_are_what_can_be_restored() -> None:
    assert names("saves") == ["t-1/old"]


def test_unread_mail_has_its_id() -> None:
    assert name_lines(a_state(), "mail") == ["m-1\tauth: Stop"]


def test_a_description_is_one_clean_line() -> None:
    assert name_lines(a_state(), "tasks") == ["t-1\tAdd a login"]


def test_every_kind_has_an_answer_and_an_unknown_one_has_no_names() -> None:
    assert all(isinstance(name_lines(a_state(), kind), list) for kind in NAME_KINDS)
    assert name_lines(a_state(), "nothing") == []
