from msgspec.structs import replace

from orchestra_core.models import Phase
from orchestra_core.state import ProjectState
from orchestra_server.usecases.common import serializers
from tests.support.samples.documents import NOON, a_chamber, a_discovery, a_task, an_interrupt

SENT = an_interrupt("i1")
EXPIRED = replace(an_interrupt("i2"), state="expired")
ELSEWHERE = replace(an_interrupt("i3"), chamber="api")
STATE = ProjectState(interrupts={one.id: one for one in (SENT, EXPIRED, ELSEWHERE)})
PLAN = replace(
    a_task(),
    phase="building",
    phases=(
        Phase(name="planning", started_at=NOON, finished_at=NOON + 1),
        Phase(name="design"),
        Phase(name="building", started_at=NOON + 1),
        Phase(name="integration"),
    ),
)


def test_a_long_text_is_shortened_to_one_line() -> None:
    assert serializers.in_short("a\nb") == "a b"
    assert len(serializers.in_short("x" * 5_000)) == 600


def test_unread_mail_is_selected_for_a_task_or_a_chamber() -> None:
    assert serializers.unread_of(STATE, SENT.task_id) == [SENT, ELSEWHERE]
    assert serializers.unread_of(STATE, SENT.task_id, "auth") == [SENT]


def test_undelivered_mail_is_the_expired_mail() -> None:
    undelivered = serializers.undelivered_of(STATE, SENT.task_id)
    assert [interrupt.interrupt_id for interrupt in undelivered] == ["i2"]


def test_each_step_of_a_plan_has_its_state() -> None:
    states = [phase.state for phase in serializers.phases(PLAN)]
    assert states == ["finished", "skipped", "current", "pending"]


def test_the_unfinished_phases_of_an_ended_task_are_skipped() -> None:
    states = [phase.state for phase in serializers.phases(replace(PLAN, state="completed"))]
    assert states == ["finished", "skipped", "skipped", "skipped"]


def test_only_chambers_with_a_saved_ref_are_listed_as_saved() -> None:
    with_save = replace(a_chamber("api"), saved_ref="refs/orchestra/saved/x", ended_at=NOON)
    [entry] = serializers.saved([a_chamber("auth"), with_save])
    assert (entry.chamber, entry.ref) == ("api", "refs/orchestra/saved/x")


def test_discoveries_are_sorted_by_severity_and_then_newest_first() -> None:
    info, critical = a_discovery("i"), replace(a_discovery("c"), severity="critical")
    later = replace(a_discovery("l"), severity="critical", at=NOON + 1)
    weighed = sorted([info, critical, later], key=serializers.by_weight)
    assert [item.id for item in weighed] == ["l", "c", "i"]
