from pathlib import Path

import pytest
from msgspec.structs import replace

from orchestra_core.names import branch_of
from orchestra_core.state import ProjectState
from orchestra_server.git.merge.pairwise_conflicts import ComparedChamber
from orchestra_server.usecases.conflicts.watch_plan import (
    AffectedChambers,
    WatchPlan,
    affected_by,
    ended_chambers,
)
from tests.support.samples.documents import a_chamber

BRANCHES = Path("/repo/.git/refs/heads")
PLAN = WatchPlan(
    chambers=(
        ComparedChamber("t/auth", Path("/repo/auth"), "refs/heads/main", "1a"),
        ComparedChamber("t/api", Path("/repo/api"), "refs/heads/main", "1a"),
        ComparedChamber("t/db", Path("/repo/db"), "refs/heads/main", "1a"),
    ),
    watched=frozenset({"t/auth", "t/api"}),
    branches=BRANCHES,
)
ALL = {"t/auth", "t/api", "t/db"}


def affected(*paths: str) -> AffectedChambers:
    return affected_by(PLAN, paths)


def test_changed_files_are_listed_for_the_watched_chamber_that_holds_them() -> None:
    assert affected("/repo/auth/a", "/repo/api/b", "/repo/auth/c") == AffectedChambers(
        files={"t/auth": ["/repo/auth/a", "/repo/auth/c"], "t/api": ["/repo/api/b"]}
    )


def test_a_chamber_whose_own_path_is_reported_is_affected_as_a_whole() -> None:
    assert affected("/repo/auth", "/repo/api/b") == AffectedChambers(
        files={"t/api": ["/repo/api/b"]}, chambers={"t/auth"}
    )


def test_a_directory_whose_name_starts_alike_is_not_the_chambers() -> None:
    assert affected("/repo/auth2/a").files == {}


@pytest.mark.parametrize("end", ["", ".lock"])
def test_a_chambers_branch_affects_that_chamber(end: str) -> None:
    assert affected(f"{BRANCHES}/{branch_of('t', 'api')}{end}") == AffectedChambers(
        chambers={"t/api"}
    )


def test_the_branch_on_which_chambers_land_affects_the_base() -> None:
    assert affected(f"{BRANCHES}/main") == AffectedChambers(base=True)


def test_any_other_branch_may_be_checked_out_in_every_chamber() -> None:
    assert affected(f"{BRANCHES}/feature") == AffectedChambers(chambers=ALL)


def test_a_path_outside_every_chamber_affects_the_base() -> None:
    assert affected("/repo/.git/logs/HEAD") == AffectedChambers(base=True)


def test_a_reftable_may_have_moved_the_base_and_every_chamber() -> None:
    assert affected("/repo/.git/reftable/tables.list") == AffectedChambers(chambers=ALL, base=True)


def test_ended_chambers_are_those_of_this_clone_that_are_not_live() -> None:
    state = ProjectState()
    for name, chamber_state, clone in (
        ("auth", "closed", "here"),
        ("api", "live", "here"),
        ("db", "closed", "elsewhere"),
    ):
        state.put(replace(a_chamber(name, "t"), state=chamber_state, clone=clone))
    assert ended_chambers(state, ["t/auth", "t/api", "t/db", "t/gone", "base"], "here") == {
        "t/auth"
    }
