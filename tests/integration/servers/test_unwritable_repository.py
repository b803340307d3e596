"""Where this user cannot write, each call says so in one line, and nothing is half done."""

import os
import subprocess
from collections.abc import AsyncGenerator, Generator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestra_core.replies.chambers import CreatedChambers
from orchestra_core.replies.completion import CompletedTask
from orchestra_core.replies.interrupts import SentInterrupt
from orchestra_core.replies.tasks import StartedTask, TaskStatus
from orchestra_core.settings import REDIS_URL, Settings
from tests.support.commands.run_command import COMMAND
from tests.support.conductor.orchestration import Conductor, on_stdio
from tests.support.git.repositories import PLAIN_GIT, TestRepository, small_repository
from tests.support.stores.valkey_users import environment
from tests.support.unprivileged import UNPRIVILEGED, can_be_unprivileged

pytestmark = can_be_unprivileged
CURE = "cannot be used (Permission denied); give this user the right to write there, and try again"


@dataclass(frozen=True)
class Shop:
    settings: Settings
    main: TestRepository
    task_id: str
    chamber: TestRepository
    log: Path

    @asynccontextmanager
    async def conductor(self) -> AsyncGenerator[Conductor]:
        """Connect to a server that may write only where its user may."""
        async with on_stdio(
            self.settings, self.main.path, self.log, PLAIN_GIT, before=UNPRIVILEGED
        ) as conductor:
            yield conductor

    def orchestra(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command that may write only where its user may."""
        return subprocess.run(
            [*UNPRIVILEGED, *COMMAND, *words],
            cwd=self.main.path,
            env={
                **os.environ,
                **PLAIN_GIT,
                **environment(self.settings),
                REDIS_URL: self.settings.redis_url,
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    @property
    def refs(self) -> str:
        return self.main.git("for-each-ref", "--format=%(refname) %(objectname)")


@contextmanager
def unwritable(directory: Path) -> Generator[None]:
    """Take the right to write a directory and those below it, but not its files."""
    subprocess.run(["chmod", "-R", "a-w", str(directory)], check=True)
    try:
        yield
    finally:
        subprocess.run(["chmod", "-R", "u+w", str(directory)], check=True)


@pytest.fixture
async def shop(settings: Settings, tmp_path: Path) -> Shop:
    main = small_repository(tmp_path / "shop", {"shop.py": "PRICE = 1\n", "src/a.py": "one\n"})
    log = tmp_path / "server.log"
    # Its daemon, which may live on for a while, is to be as unprivileged as the test's servers.
    async with on_stdio(settings, main.path, log, PLAIN_GIT, before=UNPRIVILEGED) as conductor:
        task = await conductor.call(StartedTask, "start_task", {"description": "Add a login"})
        asked = {"task_id": task.task_id, "chamber_names": ["auth"]}
        made = await conductor.call(CreatedChambers, "create_chambers_batch", asked)
    chamber = TestRepository(Path(made.chambers[0].path))
    chamber.commit("login", {"src/login.py": "committed\n"})
    chamber.write("src/open.py", "open\n")
    return Shop(settings, main, task.task_id, chamber, log)


async def test_each_call_that_changes_something_names_the_directory_and_changes_nothing(
    shop: Shop,
) -> None:
    before = shop.refs
    async with AsyncExitStack() as stack:
        with unwritable(shop.main.path / ".git"):
            conductor = await stack.enter_async_context(shop.conductor())
            await changes_nothing(shop, conductor, ".git")
        for place in (".git/objects", ".git/refs", ".claude/worktrees"):
            with unwritable(shop.main.path / place):
                await changes_nothing(shop, conductor, place)
            assert shop.refs == before
            assert shop.main.status == ""
            assert shop.chamber.read("src/open.py") == "open\n"
        assert "Traceback" not in shop.log.read_text()
        ended = {"task_id": shop.task_id, "summary": "Login"}
        done = await conductor.call(CompletedTask, "complete_task", ended)
    assert done.completed
    assert shop.main.read("src/open.py") == "open\n"


async def changes_nothing(shop: Shop, conductor: Conductor, place: str) -> None:
    """Make each call while a directory of the repository cannot be written."""
    says_why = f"{shop.main.path / place} {CURE}"
    task = {"task_id": shop.task_id}
    more = {**task, "chamber_names": ["pay"]}
    assert await conductor.error("create_chambers_batch", more) == says_why
    assert await conductor.error("close_chamber", {**task, "chamber": "auth"}) == says_why
    ended = {**task, "summary": "Login"}
    assert await conductor.error("complete_task", ended) == says_why
    plan = await conductor.call(CompletedTask, "complete_task", {**ended, "dry_run": True})
    assert says_why in plan.notes
    status = await conductor.call(TaskStatus, "get_task_status", task)
    assert [chamber.name for chamber in status.chambers] == ["auth"]
    for words in ("status", "events", "restore"):
        assert shop.orchestra(words).stderr == ""
    assert f"fail  repository      {says_why}" in shop.orchestra("doctor").stdout
    assert "Traceback" not in shop.orchestra("reconcile").stderr


async def test_a_landing_moves_nothing_where_the_checkout_cannot_be_written(shop: Shop) -> None:
    before = shop.main.head
    ended = {"task_id": shop.task_id, "summary": "Login"}
    with unwritable(shop.main.path / "src"):
        async with shop.conductor() as conductor:
            plan = await conductor.call(CompletedTask, "complete_task", {**ended, "dry_run": True})
            assert f"{shop.main.path / 'src'} {CURE}" in plan.notes
            line = await conductor.error("complete_task", ended)
    assert line == f"{shop.main.path / 'src'} {CURE}"
    assert (shop.main.head, shop.main.status) == (before, "")
    async with shop.conductor() as conductor:
        assert (await conductor.call(CompletedTask, "complete_task", ended)).completed


async def test_a_chamber_that_cannot_be_written_is_neither_landed_nor_said_to_have_mail(
    shop: Shop,
) -> None:
    before = shop.refs
    with unwritable(shop.chamber.path):
        async with shop.conductor() as conductor:
            mail = {"task_id": shop.task_id, "chamber": "auth", "message": "Stop"}
            sent = await conductor.call(SentInterrupt, "interrupt_worker", mail)
            assert sent.state == "sent"
            ended = {"task_id": shop.task_id, "summary": "Login"}
            line = await conductor.error("complete_task", ended)
            assert line == f"{shop.chamber.path} {CURE}"
        reconciled = shop.orchestra("reconcile")
        assert "repaired:" not in reconciled.stdout
        assert f"({shop.chamber.path} {CURE})" in reconciled.stdout
        assert reconciled.returncode == 1
    assert shop.refs == before
    assert shop.orchestra("reconcile").returncode == 0
    assert (shop.chamber.path / ".INTERRUPT").exists()
