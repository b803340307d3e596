"""What `orchestra diff` says beside the diff."""

from orchestra_core.replies.review import ChamberDiff, DiffPart
from orchestra_server.operator_commands.chambers.run_diff import diff_note, diff_of_named_chamber
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.review.read_diff import DiffReading
from tests.support.git.repositories import TestRepository


def a_diff(part: DiffPart = "committed", *, diff: str = "", uncommitted: int = 0) -> ChamberDiff:
    return ChamberDiff(
        task_id="t-1", chamber="auth", state="live", part=part, old="1", new="2", diff=diff,
        uncommitted=uncommitted, next_step="",
    )  # fmt: skip


def test_uncommitted_files_are_named_with_the_option_that_shows_them() -> None:
    assert diff_note(a_diff(diff="+a", uncommitted=1)).startswith(
        "1 file is not committed in auth; "
    )
    assert "auth --uncommitted" in diff_note(a_diff(uncommitted=3))


def test_an_empty_diff_says_that_nothing_changed() -> None:
    assert diff_note(a_diff()) == "auth has changed nothing"
    assert diff_note(a_diff("uncommitted")) == "nothing of auth is uncommitted"
    assert diff_note(a_diff(diff="+a")) == ""


async def test_the_chamber_is_found_by_its_name(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    auth.commit("tokens", {"auth.py": "tokens\n"})
    for words, task in (("auth", ""), (f"{task_id}/auth", ""), ("auth", task_id)):
        diff = await diff_of_named_chamber(context, words, task, DiffReading(part="committed"))
        assert "+tokens" in diff.diff
