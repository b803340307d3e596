"""What is said to be wrong with a chamber."""

import pytest
from msgspec.structs import replace

from orchestra_server.domain.chambers.chamber_health import (
    ChamberFacts,
    health_changed,
    health_of,
    is_compared,
    unwatched_because,
    with_watch,
)
from tests.support.samples.documents import a_chamber

CHAMBER = replace(a_chamber("auth"), state="live")
OWN = CHAMBER.branch


def test_a_chamber_on_its_own_branch_with_its_hook_is_healthy() -> None:
    assert health_of(CHAMBER, ChamberFacts(branch=OWN)) == ()


def test_a_chamber_in_the_middle_of_a_rebase_is_healthy() -> None:
    assert health_of(CHAMBER, ChamberFacts(branch="", way_back="")) == ()


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        (
            ChamberFacts(branch=OWN, hooked=False),
            "hook gone: its worker reads no mail; run orchestra reconcile",
        ),
        (
            ChamberFacts(branch=OWN, unwritable="/c cannot be used (Permission denied); mend it"),
            "not writable: /c cannot be used (Permission denied); mend it",
        ),
        (
            ChamberFacts(branch=OWN, outdated=True),
            "hook outdated: it is from an older version; run orchestra reconcile",
        ),
        (
            ChamberFacts(branch="", way_back="run: git switch own"),
            f"detached: no branch is checked out in it, not {OWN}; run: git switch own",
        ),
        (
            ChamberFacts(branch="fix", way_back="run: git switch own"),
            f"on another branch: fix is checked out in it, not {OWN}; run: git switch own",
        ),
        (
            ChamberFacts(branch="fix", renamed=True),
            f"branch renamed: {OWN} is now fix; run orchestra reconcile",
        ),
        (
            ChamberFacts(branch=OWN, registered=False),
            (
                "unknown to git: git does not know its directory as a worktree; "
                "run orchestra reconcile"
            ),
        ),
        (
            ChamberFacts(exists=False),
            (
                f"directory gone: {CHAMBER.path} is not there; run orchestra reconcile, which "
                "saves what git still has of it"
            ),
        ),
        (
            ChamberFacts(link="/elsewhere"),
            (
                "replaced by a link: its directory is a symbolic link to /elsewhere; put the "
                "directory back, or delete the link and run orchestra reconcile"
            ),
        ),
        (
            ChamberFacts(branch=OWN, stashes=("0123456789abcdef", "f")),
            (
                "stash: 2 entries in git's stash are its work and will not land with it; "
                "have its worker run: git stash apply 0123456789ab"
            ),
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_cure(facts: ChamberFacts, sentence: str) -> None:
    assert health_of(CHAMBER, facts) == (sentence,)


def test_several_things_are_wrong_at_once() -> None:
    health = health_of(
        CHAMBER, ChamberFacts(way_back="run: x", hooked=False), "the limit is reached"
    )
    assert [sentence.partition(":")[0] for sentence in health] == [
        "hook gone",
        "detached",
        "not watched",
    ]


def test_a_change_of_the_watch_leaves_the_other_sentences() -> None:
    ill = replace(CHAMBER, health=("hook gone: run orchestra reconcile",))
    unwatched = replace(ill, health=with_watch(ill, "the limit is reached"))
    assert unwatched.health == (*ill.health, "not watched: the limit is reached")
    assert with_watch(unwatched, "") == ill.health


def test_whether_a_chamber_is_watched_is_read_from_its_recorded_health() -> None:
    health = health_of(CHAMBER, ChamberFacts(branch=OWN, hooked=False), "the limit is reached")
    assert health[-1] == "not watched: the limit is reached"
    assert unwatched_because(replace(CHAMBER, health=health)) == "the limit is reached"
    assert unwatched_because(replace(CHAMBER, health=health[:-1])) == ""


@pytest.mark.parametrize(
    ("facts", "compared"),
    [
        (ChamberFacts(branch="fix"), True),
        (ChamberFacts(exists=False), False),
        (ChamberFacts(link="/x"), False),
        (ChamberFacts(registered=False), False),
    ],
)
def test_the_radar_cannot_compare_a_chamber_without_its_worktree(
    facts: ChamberFacts, *, compared: bool
) -> None:
    assert is_compared(health_of(CHAMBER, facts)) == compared


def test_what_is_wrong_is_told_worst_first() -> None:
    facts = ChamberFacts(
        branch="fix", way_back="run: x", hooked=False, outdated=True, unwritable="y",
        stashes=("0123456789abcdef",),
    )  # fmt: skip
    assert [sentence.partition(":")[0] for sentence in health_of(CHAMBER, facts)] == [
        "hook gone", "hook outdated", "not writable", "on another branch", "stash",
    ]  # fmt: skip


def test_one_stash_is_told_in_the_singular() -> None:
    (sentence,) = health_of(CHAMBER, ChamberFacts(branch=OWN, stashes=("0123456789abcdef",)))
    assert sentence == (
        "stash: an entry in git's stash is its work and will not land with it; "
        "have its worker run: git stash apply 0123456789ab"
    )


def test_a_change_of_health_is_an_event_of_the_chamber() -> None:
    event = health_changed(CHAMBER, ("hook gone: x",), at=5, actor="orchestra")
    assert (event.kind, event.at, event.actor) == ("chamber.health-changed", 5, "orchestra")
    assert (event.task_id, event.chamber) == (CHAMBER.task_id, CHAMBER.name)
    assert event.data.chamber == replace(CHAMBER, health=("hook gone: x",))
