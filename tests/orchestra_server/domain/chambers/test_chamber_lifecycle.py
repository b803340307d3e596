"""The life of a chamber, decided on documents alone."""

import pytest
from msgspec.structs import replace

from orchestra_core.errors import Refused
from orchestra_core.models import ChamberState, Presence, Work
from orchestra_server.domain.chambers import chamber_lifecycle
from tests.support.samples.documents import NOON, a_chamber, a_task, an_interrupt


def test_creating_a_batch_claims_each_name() -> None:
    change = chamber_lifecycle.reserved([a_chamber("auth"), a_chamber("api")], "conductor")
    assert change.claims == {"auth": "add-login-1a2b/auth", "api": "add-login-1a2b/api"}
    assert [event.kind for event in change.events] == ["chamber.reserved"] * 2


def test_a_failed_batch_releases_its_names_and_records_the_reason() -> None:
    change = chamber_lifecycle.failed(
        [a_chamber("auth")], note="no room", at=NOON, actor="conductor"
    )
    assert change.releases == {"auth": "add-login-1a2b/auth"}
    (event,) = change.events
    assert event.data.chamber is not None
    assert (event.data.chamber.state, event.data.chamber.note) == ("failed", "no room")


@pytest.mark.parametrize(
    ("work", "has_skeleton", "has_reported", "is_begun"),
    [
        ("uncommitted", False, False, True),
        ("uncommitted", True, False, False),
        ("uncommitted", True, True, True),
        ("committed", True, False, True),
        ("none", True, True, False),
        ("", False, True, False),
    ],
)
def test_a_skeleton_alone_begins_no_work(
    work: Work, *, has_skeleton: bool, has_reported: bool, is_begun: bool
) -> None:
    chamber = replace(a_chamber("auth"), has_skeleton=has_skeleton)
    presence = Presence(chamber_id=chamber.id, state="working", since=chamber.created_at)
    reported = presence if has_reported else None
    assert chamber_lifecycle.is_begun(chamber, work, reported) is is_begun


@pytest.mark.parametrize("state", ["failed", "closed", "creating"])
def test_a_closed_or_failed_chamber_without_saved_work_may_be_created_again(
    state: ChamberState,
) -> None:
    assert not chamber_lifecycle.all_live(["auth"], [replace(a_chamber("auth"), state=state)])


@pytest.mark.parametrize("state", ["failed", "closed"])
def test_a_closed_or_failed_chamber_with_saved_work_is_not_created_again(
    state: ChamberState,
) -> None:
    saved = replace(a_chamber("auth"), state=state, saved_ref="refs/orchestra/saved/x")
    with pytest.raises(Refused, match="restore_chamber"):
        chamber_lifecycle.all_live(["auth"], [saved])


def test_closing_a_chamber_again_keeps_the_first_saved_ref() -> None:
    first, change = chamber_lifecycle.closing(
        replace(a_chamber(), state="live"), at=NOON, actor="a"
    )
    again, nothing = chamber_lifecycle.closing(first, at=NOON + 5, actor="a")
    assert (first.ended_at, again) == (NOON, first)
    assert chamber_lifecycle.ref_for(again) == chamber_lifecycle.ref_for(first)
    assert (len(change.events), nothing.events) == (1, ())


def test_the_clone_of_a_chamber_goes_on_with_a_closing_that_another_one_asked_for() -> None:
    asked = replace(
        a_chamber(), state="closing", ended_at=NOON, asked_by="c-2", note="c-2 could not reach it"
    )
    begun, change = chamber_lifecycle.closing(asked, at=NOON + 5, actor="a")
    assert (begun.ended_at, begun.asked_by, begun.note) == (NOON, "", "")
    assert [event.kind for event in change.events] == ["chamber.closing"]


def test_a_chamber_keeps_its_note_while_it_is_closed() -> None:
    begun, _ = chamber_lifecycle.closing(
        replace(a_chamber(), state="live", note="restored"), at=NOON, actor="a"
    )
    assert begun.note == "restored"


def test_closing_a_chamber_releases_its_name_and_expires_its_unread_mail() -> None:
    read = replace(an_interrupt("i2"), state="delivered")
    _, change = chamber_lifecycle.closed(
        a_chamber("auth"), [an_interrupt("i1"), read], ref="", note="", at=NOON, actor="a"
    )
    assert change.releases == {"auth": "add-login-1a2b/auth"}
    assert [event.kind for event in change.events] == ["chamber.closed", "interrupt.expired"]


@pytest.mark.parametrize("is_free", [True, False])
def test_restoring_a_chamber_reopens_its_task_and_claims_the_request_only_if_it_is_free(
    *, is_free: bool
) -> None:
    task = replace(a_task(), state="completed", landed_commit="1" * 40)
    ended = replace(
        a_chamber(), state="closed", ended_at=NOON - 1, handed_over=NOON - 2, handover_fault="no",
        landed="1" * 40, verdict="green",
    )  # fmt: skip
    restored, change = chamber_lifecycle.restored(
        ended, task, {}, request_is_free=is_free, clone="here", at=NOON, actor="a"
    )
    assert (restored.state, restored.ended_at, restored.clone) == ("live", 0, "here")
    assert (restored.handed_over, restored.handover_fault) == (0, "")
    assert (restored.landed, restored.verdict) == ("", "")
    assert [event.kind for event in change.events] == ["chamber.restored", "task.reopened"]
    assert len(change.claims) == (2 if is_free else 1)


def test_a_batch_that_is_live_completely_is_recognised_and_one_live_in_part_is_refused() -> None:
    live = [replace(a_chamber(name), state="live") for name in ("api", "auth")]
    assert chamber_lifecycle.all_live(["api", "auth"], live) is True
    with pytest.raises(Refused, match=r"api is live already; .* call again with auth alone"):
        chamber_lifecycle.all_live(["api", "auth"], live[:1])


def test_a_chamber_whose_closing_was_refused_is_live_and_has_no_end_time() -> None:
    ending = replace(a_chamber(), state="closing", ended_at=NOON)
    [event] = chamber_lifecycle.stayed(ending, note="why", at=NOON, actor="a").events
    assert event.data.chamber == replace(a_chamber(), state="live", note="why")


def test_closing_or_resuming_a_chamber_ends_its_suspension() -> None:
    suspended = replace(a_chamber(), state="live", suspended_at=NOON, suspended_by="i1")
    closed, _ = chamber_lifecycle.closed(suspended, [], ref="", note="", at=NOON, actor="a")
    assert (closed.suspended_at, closed.suspended_by) == (0, "")
    resumed = chamber_lifecycle.resumed(suspended, at=NOON, actor="a").data.chamber
    assert resumed == replace(suspended, suspended_at=0, suspended_by="")


def test_a_chamber_that_is_suspended_again_keeps_its_first_time() -> None:
    first = chamber_lifecycle.suspended(a_chamber(), an_interrupt("i1"), at=NOON, actor="a")
    assert first.data.chamber == replace(a_chamber(), suspended_at=NOON, suspended_by="i1")
    assert first.data.chamber is not None
    again = chamber_lifecycle.suspended(
        first.data.chamber, an_interrupt("i2"), at=NOON + 1, actor="a"
    )
    assert again.data.chamber == replace(a_chamber(), suspended_at=NOON, suspended_by="i2")


def test_a_chamber_is_ready_only_after_its_hook_has_answered() -> None:
    chambers = [a_chamber(name) for name in ("api", "auth", "docs")]
    probes = {
        chambers[0].id: chamber_lifecycle.HookProbe(ready=True),
        chambers[1].id: chamber_lifecycle.HookProbe(ready=False, note="no Python"),
    }
    opened, _ = chamber_lifecycle.opened(chambers, probes, at=NOON, actor="a")
    assert [chamber.ready_at for chamber in opened] == [NOON, 0, 0]
    assert [chamber.ready_note for chamber in opened] == ["", "no Python", ""]
