"""The lines on which a chamber and others disagree, whatever task the others belong to."""

from orchestra_core.models import BASE
from orchestra_server.domain.chambers.conflicts import Verdict
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.conflicts.record_conflicts import record_conflicts
from orchestra_server.usecases.review.review_chamber import review_chamber
from tests.support.conductor.tasks import a_started_task, chambers_open
from tests.support.git.repositories import TestRepository


async def recorded(context: Context, *pairs: tuple[str, str], kind: str = "content") -> None:
    verdicts = {pair: Verdict(merges=False, kinds={"README": kind}) for pair in pairs}
    state = await context.store.snapshot()
    await record_conflicts(context.store, context.clock, state, verdicts, context.clone)


async def test_both_sides_of_a_conflict_with_another_tasks_chamber_are_read_as_they_are_now(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    other_task = await a_started_task(context, "Describe the API")
    api = (await chambers_open(context, other_task, ["api"]))["api"]
    auth.commit("readme", {"README": "by auth\n"})
    api.write("README", "by api\n")
    await recorded(context, (f"{other_task}/api", f"{task_id}/auth"))
    for task, chamber in ((task_id, "auth"), (other_task, "api")):
        review = await review_chamber(context, task_id=task, chamber=chamber, part="conflicts")
        assert [file.path for file in review.files] == ["README"]
        head, *lines = review.diff.splitlines()
        assert head.startswith("README (")
        assert head.endswith("): api and auth")
        assert lines == ["<<<<<<< api", "by api", "=======", "by auth", ">>>>>>> auth"]
        assert "get_conflicts" in review.next_step
    assert api.git("status", "--porcelain").strip() in {"M README", "?? README"}


async def test_a_conflict_with_the_branch_that_moved_on_has_its_lines_too(
    context: Context, task_id: str, auth: TestRepository, repository: TestRepository
) -> None:
    auth.write("README", "by auth\n")
    repository.commit("by main", {"README": "by main\n"})
    await recorded(context, (f"{task_id}/auth", BASE))
    review = await review_chamber(context, task_id=task_id, chamber="auth", part="conflicts")
    assert "<<<<<<< auth\nby auth\n=======\nby main\n>>>>>>> main\n" in review.diff


async def test_only_the_file_is_read_that_was_asked_for(
    context: Context, task_id: str, auth: TestRepository, repository: TestRepository
) -> None:
    for file in ("README", "NEWS"):
        auth.write(file, "by auth\n")
    repository.commit("by main", {"README": "by main\n", "NEWS": "by main\n"})
    await recorded(context, (f"{task_id}/auth", BASE))
    for path, files in (("", ["NEWS", "README"]), ("NEWS", ["NEWS"]), ("none", [])):
        review = await review_chamber(
            context, task_id=task_id, chamber="auth", part="conflicts", path=path
        )
        assert [file.path for file in review.files] == files
        assert review.diff.count("<<<<<<< auth") == len(files)


async def test_without_conflicts_there_are_no_lines(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    auth.write("README", "by auth\n")
    review = await review_chamber(context, task_id=task_id, chamber="auth", part="conflicts")
    assert (review.files, review.diff, review.next_step) == ([], "", "No lines conflict now.")
