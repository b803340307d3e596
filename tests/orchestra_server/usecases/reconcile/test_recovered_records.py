"""The records that are built for chambers which git has and the store does not know."""

from pathlib import Path

from orchestra_server.git.repository.repository import Head
from orchestra_server.usecases.reconcile.recovered_records import (
    recovered_chamber,
    recovered_task,
)


def test_a_recovered_task_is_open_and_lands_on_the_given_branch() -> None:
    head = Head("main", "c0ffee")
    task = recovered_task("t-1", Path("/repo"), head, clone="here", at=7, actor="conductor")
    assert task.is_open
    assert (task.base_branch, task.base_commit) == ("main", "c0ffee")
    assert (task.working_directory, task.clone, task.started_at) == ("/repo", "here", 7)
    assert [phase.name for phase in task.phases] == [task.phase]


def test_a_recovered_task_says_that_its_request_is_lost() -> None:
    head = Head("main", "c0ffee")
    task = recovered_task("t-1", Path("/repo"), head, clone="here", at=7, actor="conductor")
    assert task.description == "Recovered: the record of task t-1 was lost"


def test_a_recovered_chamber_is_live_on_the_branch_that_its_name_gives() -> None:
    chamber = recovered_chamber(
        "t-1", "auth", path=Path("/repo/a"), base="c0ffee", clone="here", now=7, note="found"
    )
    assert chamber.is_live
    assert (chamber.id, chamber.branch) == ("t-1/auth", "orchestra/t-1/auth")
    assert (chamber.path, chamber.base_commit, chamber.note) == ("/repo/a", "c0ffee", "found")
