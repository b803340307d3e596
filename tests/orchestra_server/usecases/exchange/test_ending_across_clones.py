"""How a task of two clones ends: saved, taken over, finished after a death, closed later."""

import pytest

from orchestra_core.errors import Refused
from orchestra_server.domain.tasks import exchange
from orchestra_server.usecases.completion import complete_task as completion
from orchestra_server.usecases.completion.complete_task import complete_task
from orchestra_server.usecases.exchange import close_across_clones, serve_other_clones
from orchestra_server.usecases.exchange.hand_over import hand_over
from orchestra_server.usecases.reconcile.reconcile import reconcile
from tests.orchestra_server.usecases.exchange.conftest import SharedTask, left_completing, served
from tests.support.waiting import until_awaited


async def test_a_clone_refuses_to_complete_a_task_that_another_one_completes(
    shared: SharedTask,
) -> None:
    async with served(shared.there):
        await left_completing(shared.there, shared.id)
        with pytest.raises(Refused, match=r"is being completed in clone .*there; see how it ends"):
            await complete_task(shared.here, task_id=shared.id, summary="S")
    with pytest.raises(Refused, match=r"where nobody is on duty now"):
        await complete_task(shared.here, task_id=shared.id, summary="S")
    async with served(shared.there):
        await reconcile(shared.there)
        assert (await complete_task(shared.here, task_id=shared.id, summary="S")).completed


async def test_a_call_that_died_after_the_landing_is_finished_for_both_clones(
    shared: SharedTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared.api.write("api.py", "1\n")
    shared.auth.write("auth.py", "1\n")

    class Killed(BaseException):
        pass

    async def die(*_of: object) -> None:
        raise Killed

    async with served(shared.there):
        with monkeypatch.context() as patch:
            patch.setattr(completion, "put_away", die)
            with pytest.raises(Killed):
                await complete_task(shared.here, task_id=shared.id, summary="S")
        assert await shared.state() == "completing"
        await reconcile(shared.here)
        assert await shared.state() == "completed"
        await until_awaited(lambda: shared.is_over("auth"))
    assert (await shared.chamber("auth")).note == "its work is merged"
    assert await shared.is_over("api")


async def test_a_late_answer_to_an_attempt_that_is_over_only_notes_what_is_published(
    shared: SharedTask,
) -> None:
    await left_completing(shared.here, shared.id)
    task = (await shared.here.store.snapshot()).tasks[shared.id]
    assert exchange.is_asked_for(await shared.chamber("auth"), task, shared.there.clone)
    await hand_over(shared.there, shared.id)
    answered = await shared.chamber("auth")
    assert exchange.has_answered(answered, task)
    await hand_over(shared.there, shared.id)
    assert await shared.chamber("auth") == answered


async def test_a_task_that_is_only_to_be_saved_is_saved_in_both_clones(shared: SharedTask) -> None:
    shared.api.write("api.py", "1\n")
    shared.auth.write("auth.py", "1\n")
    done = await complete_task(
        shared.here, task_id=shared.id, summary="Not needed", commit_changes=False
    )
    assert (done.state, await shared.state()) == ("closed", "closed")
    assert [saved.chamber for saved in done.saved] == ["api"]
    assert (await shared.chamber("auth")).is_asked_to_close
    async with served(shared.there):
        await until_awaited(lambda: shared.is_over("auth"))
    chamber = await shared.chamber("auth")
    assert shared.there_main.git("show", f"{chamber.saved_ref}:auth.py") == "1"
    assert shared.published == []


async def test_an_attempt_of_a_clone_that_never_came_back_is_taken_over_when_confirmed(
    shared: SharedTask,
) -> None:
    shared.api.write("api.py", "1\n")
    await left_completing(shared.there, shared.id)
    part = await complete_task(
        shared.here, task_id=shared.id, summary="S", partial=True, confirm=True
    )
    assert "api" in part.merged
    assert (shared.here_main.path / "api.py").is_file()
    await reconcile(shared.there)
    assert await shared.state() == "open"


async def test_closing_that_fails_there_is_tried_again_and_the_task_stays_completed(
    shared: SharedTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared.auth.write("auth.py", "1\n")
    monkeypatch.setattr(serve_other_clones, "FIRST_PAUSE", 0.05)
    async with served(shared.there):
        close_all, faults = close_across_clones.close_all, [Refused("not now")]

        async def refuse_once(*of: object, **named: object) -> object:
            if faults:
                raise faults.pop()
            return await close_all(*of, **named)  # type: ignore[arg-type]

        monkeypatch.setattr(close_across_clones, "close_all", refuse_once)
        assert (await complete_task(shared.here, task_id=shared.id, summary="S")).completed
        await until_awaited(lambda: shared.is_over("auth"))
    assert not faults
    assert (await shared.chamber("auth")).note == "its work is merged"
