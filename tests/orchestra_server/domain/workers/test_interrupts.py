"""Interrupts as they are sent, and as they end unread."""

from msgspec.structs import replace

from orchestra_core.models import Presence
from orchestra_server.domain.workers.interrupts import (
    LASTING_END,
    cancelled,
    expired,
    interrupt_id,
    left_behind,
    of_discovery,
    sent,
)
from tests.support.samples.documents import NOON, a_chamber, a_discovery, an_interrupt


def test_a_message_sent_again_to_the_same_chamber_gets_another_id() -> None:
    chamber = a_chamber()
    ids = [
        interrupt_id(chamber, "stop", "review", 1),
        interrupt_id(chamber, "stop", "review", 2),
        interrupt_id(chamber, "go", "review", 1),
        interrupt_id(chamber, "stop", "suspend", 1),
        interrupt_id(replace(chamber, created_at=NOON + 1), "stop", "review", 1),
        interrupt_id(a_chamber("api"), "stop", "review", 1),
    ]
    assert len(set(ids)) == len(ids)
    assert interrupt_id(chamber, "stop", "review", 1) == ids[0]
    assert all(key.startswith("i-") and len(key) == 14 for key in ids)


def test_the_event_of_an_interrupt_names_its_sender() -> None:
    interrupt = an_interrupt()
    event = sent(interrupt)
    assert (event.kind, event.at, event.actor) == ("interrupt.sent", NOON, "operator")
    assert (event.task_id, event.chamber) == (interrupt.task_id, "auth")
    assert event.data.interrupt == interrupt


def test_a_critical_discovery_interrupts_every_live_chamber_except_its_finders() -> None:
    chambers = [replace(a_chamber(name), state="live") for name in ("auth", "api", "docs")]
    chambers.append(replace(a_chamber("gone"), state="closed"))
    discovery = replace(a_discovery(text="No tokens"), chamber="auth", impact="Use sessions")
    mail = of_discovery(discovery, chambers, at=NOON + 1, actor="conductor")
    assert [interrupt.chamber for interrupt in mail] == ["api", "docs"]
    first = mail[0]
    assert first.id == "i-d1-api"
    assert first.message == (
        "Critical discovery by implementer: No tokens\nWhat follows from it: Use sessions"
    )
    assert (first.task_id, first.actor, first.discovery_id, first.sent_at) == (
        discovery.task_id, "conductor", "d1", NOON + 1,
    )  # fmt: skip


def test_a_critical_discovery_that_names_chambers_interrupts_only_those() -> None:
    chambers = [replace(a_chamber(name), state="live") for name in ("auth", "api", "docs")]
    discovery = replace(a_discovery(), affects=("docs",))
    mail = of_discovery(discovery, chambers, at=NOON, actor="conductor")
    assert [(interrupt.chamber, interrupt.message) for interrupt in mail] == [
        ("docs", "Critical discovery by implementer: Tokens expire")
    ]


def test_only_unread_interrupts_expire() -> None:
    unread, read = an_interrupt("i1"), replace(an_interrupt("i2"), state="delivered")
    [event] = expired([read, unread], note="why", at=NOON + 5, actor="operator")
    assert (event.kind, event.at, event.actor) == ("interrupt.expired", NOON + 5, "operator")
    assert (event.task_id, event.chamber) == (unread.task_id, "auth")
    assert event.data.interrupt == replace(unread, state="expired", ended_at=NOON + 5, note="why")


def test_only_unread_interrupts_are_cancelled() -> None:
    unread, read = an_interrupt("i1"), replace(an_interrupt("i2"), state="delivered")
    [event] = cancelled([read, unread], note="why", at=NOON + 5, actor="operator")
    assert (event.kind, event.at, event.actor) == ("interrupt.cancelled", NOON + 5, "operator")
    assert event.data.interrupt == replace(unread, state="cancelled", ended_at=NOON + 5, note="why")


def presence(state: str, since: int) -> Presence:
    return replace(Presence(chamber_id="add-login-1a2b/auth", since=since), state=state)


def test_mail_is_undeliverable_once_its_worker_has_ended_for_a_while() -> None:
    unread, late = an_interrupt(), replace(an_interrupt("i2"), sent_at=NOON + 1)
    ended = presence("finished", NOON + 1)
    assert left_behind([unread, late], ended, NOON + LASTING_END) == []
    assert left_behind([unread, late], ended, NOON + 1 + LASTING_END) == [unread]


def test_mail_that_was_read_is_not_undeliverable() -> None:
    read = replace(an_interrupt(), state="delivered")
    assert left_behind([read], presence("finished", NOON + 1), NOON + 2 * LASTING_END) == []


def test_mail_is_not_undeliverable_while_the_worker_may_read_it() -> None:
    unread = an_interrupt()
    assert left_behind([unread], None, NOON + 2 * LASTING_END) == []
    assert left_behind([unread], presence("working", NOON + 1), NOON + 2 * LASTING_END) == []


def test_mail_stays_undeliverable_however_long_ago_its_worker_ended() -> None:
    unread = an_interrupt()
    assert left_behind([unread], presence("finished", NOON + 1), NOON + 9 * LASTING_END) == [unread]


def test_mail_sent_after_the_worker_ended_is_not_undeliverable() -> None:
    later = replace(an_interrupt(), sent_at=NOON + 2)
    assert left_behind([later], presence("finished", NOON + 1), NOON + 9 * LASTING_END) == []
