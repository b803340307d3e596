"""What verdicts change."""

from msgspec.structs import replace

from orchestra_core.models import BASE
from orchestra_server.domain.chambers.conflicts import Pair, Verdict, recorded, sighted
from tests.support.samples.documents import NOON, a_conflict

KNOWN = {a_conflict().id: a_conflict()}
PAIR: Pair = a_conflict().between
FREE = Verdict(merges=True)
SAME = Verdict(merges=False, kinds={"src/app.py": "content"})
LATER = NOON + 1_000


def test_a_pair_that_does_not_merge_is_recorded_as_a_conflict() -> None:
    (conflict,) = sighted({}, {PAIR: SAME}, (), NOON).values()
    assert conflict == a_conflict()
    (event,) = recorded({}, [conflict], NOON).events
    assert (event.kind, event.task_id, event.chamber) == (
        "collision.appeared",
        "add-login-1a2b",
        "auth",
    )


def test_the_same_verdict_again_changes_nothing() -> None:
    assert sighted(KNOWN, {PAIR: SAME}, (), LATER) == {}
    assert sighted({}, {PAIR: FREE}, (), LATER) == {}


def test_a_verdict_with_other_files_updates_the_conflict_and_keeps_its_start_time() -> None:
    wider = Verdict(merges=False, kinds={"b.py": "add/add", "a.py": "content"})
    (conflict,) = sighted(KNOWN, {PAIR: wider}, (), LATER).values()
    assert (conflict.files, conflict.kinds, conflict.since) == (
        ("a.py", "b.py"),
        ("content", "add/add"),
        NOON,
    )
    assert recorded(KNOWN, [conflict], LATER).events[0].kind == "collision.changed"


def test_a_pair_that_merges_again_is_cleared_and_may_conflict_later() -> None:
    (over,) = sighted(KNOWN, {PAIR: FREE}, (), LATER).values()
    assert over == replace(a_conflict(), state="clear", cleared_at=LATER)
    assert recorded(KNOWN, [over], LATER).events[0].kind == "collision.cleared"
    (again,) = sighted({over.id: over}, {PAIR: SAME}, (), LATER).values()
    assert (again.state, again.since, again.cleared_at) == ("open", LATER, 0)


def test_a_conflict_stays_without_a_verdict_and_is_cleared_when_its_chamber_is_gone() -> None:
    assert sighted(KNOWN, {}, (), LATER) == {}
    (over,) = sighted(KNOWN, {}, {PAIR[1]}, LATER).values()
    assert over.state == "clear"


def test_files_over_the_limit_are_counted_and_control_characters_in_names_removed() -> None:
    kinds = {f"{number:03}\x1b[31m\udcff": "content" for number in range(200)}
    (conflict,) = sighted(
        {}, {("t/a", BASE): Verdict(merges=False, kinds=kinds)}, (), NOON
    ).values()
    assert (len(conflict.files), conflict.count, conflict.files[0]) == (50, 200, "000\ufffd")
    assert conflict.task_ids == ("t",)


def test_a_long_file_name_is_cut_to_300_characters() -> None:
    verdict = Verdict(merges=False, kinds={"x" * 300: "content", "y" * 301: "content"})
    (conflict,) = sighted({}, {PAIR: verdict}, (), NOON).values()
    assert conflict.files == ("x" * 300, "y" * 299 + "…")
