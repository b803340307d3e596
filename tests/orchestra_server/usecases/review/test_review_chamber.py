"""What a reviewer reads of a chamber: files, diff, and what to do next."""

import pytest

from orchestra_core.errors import BadInput, Unknown
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion.complete_task import complete_task
from orchestra_server.usecases.review import review_chamber as module
from orchestra_server.usecases.review.review_chamber import review_chamber
from tests.support.git.repositories import TestRepository


async def test_a_live_chamber_is_read_with_its_uncommitted_work_and_the_ids_of_blobs(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    auth.commit("tokens", {"committed.py": "tokens\n"})
    auth.write("open.py", "open\n")
    review = await review_chamber(context, task_id=task_id, chamber="auth")
    assert [(file.path, file.insertions) for file in review.files] == [
        ("committed.py", 1),
        ("open.py", 1),
    ]
    blob = auth.git("hash-object", "open.py")
    assert f"\nindex {'0' * 40}..{blob}\n" in review.diff
    assert not review.cut
    assert "interrupt_worker" in review.next_step


async def test_one_part_and_one_file_can_be_read_alone(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    auth.commit("tokens", {"committed.py": "tokens\n", "other.py": "other\n"})
    auth.write("open.py", "open\n")
    review = await review_chamber(
        context, task_id=task_id, chamber="auth", part="committed", path="committed.py"
    )
    assert [file.path for file in review.files] == ["committed.py"]
    assert review.diff.count("diff --git") == 1
    assert review.uncommitted == 1
    assert review.next_step.startswith("1 file is not committed (see part='all'); ")


async def test_a_long_diff_is_cut_after_a_whole_line_and_still_names_every_file(
    context: Context, task_id: str, auth: TestRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "REVIEW_LIMIT", 300)
    auth.write("a.py", "line\n" * 400)
    auth.write("b.py", "b\n")
    review = await review_chamber(context, task_id=task_id, chamber="auth")
    assert review.cut
    assert review.diff.endswith("+line\n")
    assert [file.path for file in review.files] == ["a.py", "b.py"]


async def test_a_landed_chamber_is_read_from_its_commit(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    auth.write("open.py", "open\n")
    done = await complete_task(context, task_id=task_id, summary="Add a login")
    review = await review_chamber(context, task_id=task_id, chamber="auth")
    assert review.landed == done.landed_commit
    assert [file.path for file in review.files] == ["open.py"]
    assert "Nothing more can change" in review.next_step


@pytest.mark.parametrize("path", ["/etc/passwd", "../x", "a/../../x", "a\0b"])
async def test_a_path_that_leads_out_of_the_repository_is_refused(
    context: Context, task_id: str, path: str
) -> None:
    with pytest.raises(BadInput, match="not relative to the repository"):
        await review_chamber(context, task_id=task_id, chamber="auth", path=path)


async def test_an_unknown_chamber_is_refused_with_the_names_there_are(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    assert auth.path.exists()
    with pytest.raises(Unknown, match="its chambers are: auth"):
        await review_chamber(context, task_id=task_id, chamber="aut")
