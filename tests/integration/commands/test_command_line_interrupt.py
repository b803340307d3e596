"""An interrupt typed at a terminal, from the command to the chamber's mailbox."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestra_core.replies.chambers import CreatedChambers
from orchestra_core.replies.tasks import StartedTask
from orchestra_core.settings import LINGER, Settings
from tests.support.commands.run_command import orchestra
from tests.support.conductor.orchestration import in_memory
from tests.support.git.repositories import PLAIN_GIT, TestRepository, small_repository
from tests.support.hooks.hooked_checkout import code_of
from tests.support.stores.valkey_users import a_user_of_their_own

pytestmark = pytest.mark.usefixtures("forked_commands")

MESSAGE = "Use the session table, not a new one"


@pytest.fixture
def settings() -> Iterator[Settings]:
    with a_user_of_their_own() as own:
        yield own


@pytest.fixture
def shop(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> TestRepository:
    for name, value in PLAIN_GIT.items():
        monkeypatch.setenv(name, value)
    return small_repository(tmp_path / "shop")


def opened(shop: TestRepository, settings: Settings) -> CreatedChambers:
    """Let a conductor start a task with two chambers."""

    async def conduct() -> CreatedChambers:
        async with in_memory(settings, shop.path) as conductor:
            task = await conductor.call(StartedTask, "start_task", {"description": "Add a login"})
            return await conductor.call(
                CreatedChambers,
                "create_chambers_batch",
                {"task_id": task.task_id, "chamber_names": ["auth", "web"]},
            )

    return asyncio.run(conduct())


def test_an_interrupt_is_posted_into_the_chamber_and_shown_by_status(
    shop: TestRepository, settings: Settings
) -> None:
    created = opened(shop, settings)
    auth, web = (Path(chamber.path) for chamber in created.chambers)
    ran = orchestra(shop.path, settings, "interrupt", "auth", MESSAGE, "--requires", "stop")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert f"to auth ({created.task_id}): posted" in ran.stdout
    assert MESSAGE in (auth / ".INTERRUPT").read_text()
    assert not (web / ".INTERRUPT").exists()
    status = orchestra(shop.path, settings, "status").stdout
    (line,) = (line for line in status.splitlines() if "○ auth" in line)
    assert "✉ 1 unread by its worker" in line
    history = orchestra(shop.path, settings, "events", "--json").stdout
    assert '"actor":"operator"' in history


def test_the_same_interrupt_is_not_sent_again_while_it_is_unread(
    shop: TestRepository, settings: Settings
) -> None:
    created = opened(shop, settings)
    arguments = ("interrupt", "auth", MESSAGE, "--task", created.task_id)
    orchestra(shop.path, settings, *arguments)
    again = orchestra(shop.path, settings, *arguments)
    assert again.returncode == 0
    assert "was sent already" in again.stdout


def test_an_interrupt_to_an_unknown_chamber_fails_with_one_line(
    shop: TestRepository, settings: Settings
) -> None:
    opened(shop, settings)
    ran = orchestra(shop.path, settings, "interrupt", "api", MESSAGE)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == "orchestra: there is no live chamber 'api'; the live ones are: auth, web\n"
    ran = orchestra(shop.path, settings, "interrupt", "auth", MESSAGE, "--task", "no-such-task")
    assert ran.returncode == 1
    assert ran.stderr.startswith("orchestra: there is no task 'no-such-task'")
    assert ran.stderr.count("\n") == 1


def test_an_unread_message_can_be_cancelled(shop: TestRepository, settings: Settings) -> None:
    created = opened(shop, settings)
    mailbox = Path(created.chambers[0].path) / ".INTERRUPT"
    sent = orchestra(shop.path, settings, "interrupt", "auth", MESSAGE).stdout
    identifier = sent.split()[1]
    ran = orchestra(shop.path, settings, "interrupt", "--cancel", identifier)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout == (
        f"Interrupt {identifier} to auth ({created.task_id}) is cancelled; nobody has read it.\n"
    )
    assert not mailbox.exists()
    ran = orchestra(shop.path, settings, "interrupt", "--cancel", "i-nope")
    assert ran.returncode == 1
    assert ran.stderr == "orchestra: there is no interrupt 'i-nope'; the unread ones are: none\n"


def test_resume_resumes_a_suspended_chamber(shop: TestRepository, settings: Settings) -> None:
    created = opened(shop, settings)
    suspended = Path(created.chambers[0].path) / ".INTERRUPT.suspended"
    ran = orchestra(shop.path, settings, "interrupt", "auth", MESSAGE, "--requires", "suspend")
    assert "No tool of its worker runs until 'orchestra resume auth'." in ran.stdout
    assert MESSAGE in suspended.read_text()
    (line,) = (
        line
        for line in orchestra(shop.path, settings, "status").stdout.splitlines()
        if "○ auth" in line
    )
    assert "‖ suspended" in line
    ran = orchestra(shop.path, settings, "resume", "auth")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith(f"auth ({created.task_id}) is resumed. Its tools run again.")
    assert not suspended.exists()
    assert "was not suspended" in orchestra(shop.path, settings, "resume", "auth").stdout


def test_doctor_probes_the_hook_of_every_chamber(shop: TestRepository, settings: Settings) -> None:
    created = opened(shop, settings)
    orchestra(shop.path, settings, "init")
    said = orchestra(shop.path, settings, "doctor").stdout
    (line,) = (line for line in said.splitlines() if " chambers " in line)
    assert line.split(None, 2) == ["ok", "chambers", "2 live, hooks verified, spool writable"]
    code_of(Path(created.chambers[0].path)).write_text("broken(")
    ran = orchestra(shop.path, settings, "doctor")
    assert ran.returncode == 1
    assert "hook not verified: auth: the hook did not answer" in ran.stdout


def test_an_agent_is_started_and_stopped_from_a_terminal(
    shop: TestRepository, settings: Settings
) -> None:
    created = opened(shop, settings)
    ran = orchestra(shop.path, settings, "start", "auth", "--agent", "nobody")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("orchestra: there is no agent 'nobody'; known are claude, ")
    ran = orchestra(shop.path, settings, "start", "auth", "Begin with the schema")
    assert ran.stdout.startswith(f"claude is being started in auth ({created.task_id}).")
    ran = orchestra(shop.path, settings, "stop", "auth", **{LINGER: "1"})  # its daemon ends it
    assert ran.stdout.startswith(f"The worker in auth ({created.task_id}) ha")
