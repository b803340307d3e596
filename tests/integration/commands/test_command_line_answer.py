"""`orchestra answer` as a process: it follows what workers ask, and answers it without a room."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestra_core.replies.chambers import CreatedChambers
from orchestra_core.replies.tasks import StartedTask
from orchestra_core.settings import Settings
from tests.support.commands.run_command import line_of, orchestra, orchestra_running
from tests.support.conductor.orchestration import in_memory
from tests.support.git.repositories import PLAIN_GIT, TestRepository, small_repository
from tests.support.hooks.hook_requests import COLOURS, NPM_TEST, ask
from tests.support.hooks.hooked_checkout import Session
from tests.support.stores.valkey_users import a_user_of_their_own

pytestmark = pytest.mark.usefixtures("forked_commands")


@pytest.fixture
def settings() -> Iterator[Settings]:
    with a_user_of_their_own() as own:
        yield own


@pytest.fixture
def shop(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> TestRepository:
    assert settings.state_dir
    for name, value in PLAIN_GIT.items():
        monkeypatch.setenv(name, value)
    return small_repository(tmp_path / "shop")


@pytest.fixture
async def session(shop: TestRepository, settings: Settings) -> Session:
    async with in_memory(settings, shop.path) as conductor:
        task = await conductor.call(StartedTask, "start_task", {"description": "Add a login"})
        created = await conductor.call(
            CreatedChambers,
            "create_chambers_batch",
            {"task_id": task.task_id, "chamber_names": ["auth"]},
        )
    return Session(Path(created.chambers[0].path))


def answering_is_possible(shop: TestRepository) -> bool:
    return any((shop.path / ".git" / "orchestra" / "answerers").glob("[0-9]*"))


async def test_requests_are_followed_and_answered_without_a_room(
    shop: TestRepository, settings: Settings, session: Session
) -> None:
    assert orchestra(shop.path, settings, "answer").stdout == "No worker waits for an answer.\n"
    with orchestra_running(shop.path, settings, "answer", "--follow") as following:
        while not answering_is_possible(shop):  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.01)
        hook = ask(session, NPM_TEST)
        head = await asyncio.to_thread(line_of, following)
        mark, request_id, chamber, *_ = head.split()
        assert (mark, chamber) == ("◆", "auth")
        assert "Bash: npm test" in head
        assert f"orchestra answer {request_id} allow" in await asyncio.to_thread(line_of, following)
        listed = json.loads(orchestra(shop.path, settings, "answer", "--json").stdout)
        assert listed["requests"][0]["request"]["id"] == request_id
        ran = orchestra(shop.path, settings, "answer", request_id, "deny", "use", "make test")
        assert (ran.returncode, ran.stderr) == (0, "")
        assert await hook.decision() == {
            "behavior": "deny",
            "message": "Denied by operator: use make test",
        }
        answered = await asyncio.to_thread(line_of, following)
        assert answered == f"✓ {request_id}  operator: deny: use make test\n"
        late = orchestra(shop.path, settings, "answer", request_id, "allow")
        assert late.returncode == 1
        assert "was answered by operator" in late.stderr
        assert late.stderr.count("\n") == 1
        asked = ask(session, COLOURS)
        question_id = (await asyncio.to_thread(line_of, following)).split()[1]
        assert orchestra(shop.path, settings, "answer", question_id, "2").returncode == 0
        decision = await asked.decision()
        assert json.dumps(decision).count('"Which colour?": "Red"') == 1
        unanswered = ask(session, NPM_TEST)
        while "◆ " not in (await asyncio.to_thread(line_of, following)):
            pass
        following.terminate()
        assert await unanswered.decision() == {}
    assert "--follow shows all requests" in (
        orchestra(shop.path, settings, "answer", "r-1", "--follow").stderr
    )
