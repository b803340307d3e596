"""Work lands whole though it was committed after the landing was read ahead."""

import pytest

from orchestra_core.errors import Refused
from orchestra_server.git.merge.inputs.landing_inputs import LandingInputs
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion import begin_completion
from orchestra_server.usecases.completion.complete_task import complete_task
from tests.support.conductor.tasks import a_started_task, chambers_open
from tests.support.git.repositories import TestRepository


@pytest.mark.parametrize("moved", ["chamber", "target"])
async def test_work_committed_after_it_was_read_lands_too(
    context: Context, repository: TestRepository, monkeypatch: pytest.MonkeyPatch, moved: str
) -> None:
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["auth", "api"])
    for name, chamber in chambers.items():
        chamber.commit("work", {f"{name}.py": "new\n"})
    read, readings = begin_completion.read_landing, list[LandingInputs | None]()

    def read_then_commit(*of: object) -> LandingInputs | None:
        readings.append(read(*of))  # type: ignore[arg-type]
        mover = chambers["auth"] if moved == "chamber" else repository
        mover.commit("late", {"late.py": "late\n"})
        return readings[-1]

    monkeypatch.setattr(begin_completion, "read_landing", read_then_commit)
    done = await complete_task(context, task_id=task_id, summary="Login", confirm=False)
    assert (done.completed, len(readings)) == (True, 1)
    assert [repository.read(f"{name}.py") for name in ("auth", "api", "late")] == [
        *("new\n", "new\n", "late\n")
    ]
    assert repository.status == ""
    repository.git("fsck", "--strict", "--no-dangling")


async def test_orchestras_files_are_kept_out_though_the_merge_was_read_ahead(
    context: Context,
) -> None:
    task_id = await a_started_task(context)
    auth = (await chambers_open(context, task_id, ["auth"]))["auth"]
    own_file = ".claude/WORKER_CONTEXT.json"
    auth.git("add", "--force", own_file)
    auth.git("commit", "--quiet", "--message", "forced")
    with pytest.raises(Refused, match=f"files of Orchestra's own \\({own_file}\\)"):
        await complete_task(context, task_id=task_id, summary="Login")
