from dataclasses import replace as with_fields

import pytest

from orchestra_server.usecases.health.observe_chamber import ChamberObservation
from orchestra_server.usecases.reconcile.diagnose import differences
from tests.support.samples.observations import (
    CANCELLED,
    LIVE,
    OTHER_PLACE,
    POSTED,
    SENT,
    TREE,
    in_state,
    seen,
)

CASES = {
    "half-made chamber": seen(in_state("creating")),
    "unfinished closing": seen(in_state("closing")),
    "half-restored chamber": seen(in_state("closed")),
    "deleted directory": seen(LIVE, at=ChamberObservation(exists=False)),
    "unknown chamber": seen(LIVE, at=ChamberObservation(exists=False), trees=()),
    "moved chamber": seen(
        LIVE, trees=(with_fields(TREE, path=OTHER_PLACE),), at=ChamberObservation(exists=False)
    ),
    "linked directory": seen(LIVE, at=ChamberObservation(link="/elsewhere")),
    "late files": with_fields(seen(in_state("closed"), trees=()), late={LIVE.id: 1}),
    "late repository": with_fields(
        seen(in_state("closed"), trees=()), late_repositories=frozenset([LIVE.id])
    ),
    "other branch": with_fields(
        seen(LIVE, trees=(with_fields(TREE, branch=""),)),
        ways_back={LIVE.id: "run: git switch it"},
    ),
    "forgotten worktree": seen(LIVE, trees=()),
    "lost link": seen(LIVE, at=ChamberObservation(linked=False)),
    "lost hook": seen(LIVE, at=ChamberObservation(hooked=False)),
    "unlocked worktree": seen(LIVE, trees=(with_fields(TREE, locked_reason=""),)),
    "renamed branch": with_fields(seen(LIVE), renamed={LIVE.id: "fix-login"}),
    "unread receipts": seen(LIVE, at=ChamberObservation(receipts=2)),
    "unposted mail": seen(LIVE, mail=(SENT,)),
    "lost mail": seen(LIVE, mail=(POSTED,)),
    "leftover mail": seen(
        LIVE, mail=(CANCELLED,), at=ChamberObservation(unread=frozenset([SENT.id]))
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_each_kind_of_difference_is_found_alone_and_by_its_name(name: str) -> None:
    assert [difference.name for difference in differences(CASES[name])] == [name]


def test_a_live_chamber_with_a_linked_and_locked_worktree_has_no_difference() -> None:
    assert differences(seen(LIVE, claims={"auth": LIVE.id})) == ()


def test_mail_counts_as_lost_only_if_no_receipt_can_exist() -> None:
    with_receipt = seen(LIVE, mail=(POSTED,), at=ChamberObservation(receipts=1))
    assert [difference.name for difference in differences(with_receipt)] == ["unread receipts"]
