"""What a failed check was about is checked again."""

from orchestra_server.usecases.conflicts.pending_changes import PendingChanges


def test_files_of_one_chamber_are_gathered() -> None:
    pending = PendingChanges()
    pending.add_files({"t/auth": ["a.py"], "t/api": ["b.py"]})
    pending.add_files({"t/auth": ["c.py"]})
    assert pending.files == {"t/auth": ["a.py", "c.py"], "t/api": ["b.py"]}


def test_a_failed_check_is_due_again_with_what_came_meanwhile() -> None:
    failed = PendingChanges(
        plan=True, recount=True, round=True, recreated={"t/docs"}, changed={"t/ui"}
    )
    failed.add_files({"t/auth": ["a.py"]})
    pending = PendingChanges(changed={"t/api"})
    pending.add_failed(failed)
    assert pending == PendingChanges(
        plan=True,
        recount=True,
        check=True,
        health=True,
        recreated={"t/docs"},
        changed={"t/api", "t/ui", "t/auth"},
    )


def test_a_new_plan_asks_for_a_check_and_a_look_at_the_health() -> None:
    pending = PendingChanges(plan=True, recount=True, changed={"t/api"})
    pending.planned()
    assert pending == PendingChanges(check=True, health=True, changed={"t/api"})
