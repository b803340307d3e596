"""A store that was put back to an older dump: who is on duty goes on from what it holds now."""

import shutil
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from orchestra_core.change import Change
from orchestra_core.clock import now_ms
from orchestra_core.configuration.live_settings import LiveSettings
from orchestra_core.models import Interrupt
from orchestra_core.project import find_project
from orchestra_core.settings import Settings
from orchestra_core.store.open_store import open_store
from orchestra_server.daemon.clone_services import on_duty
from orchestra_server.domain.workers import interrupts
from orchestra_server.files.chamber.mailbox import MAIL
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.started_workers.start_worker import start_worker
from orchestra_server.usecases.workers.share_discovery import share_discovery
from tests.support.agents.scripted_session import ScriptedAgents
from tests.support.agents.supervised import session_in, supervised, until_worker
from tests.support.conductor.tasks import a_started_task, chambers_open
from tests.support.git.repositories import TestRepository, small_repository
from tests.support.stores.store_watch import commit
from tests.support.stores.valkey import Server, running_server, server_binaries
from tests.support.waiting import until, until_awaited

PROJECT = "shop-3f9a1c2e"


@pytest.fixture
def dumping_server() -> Iterator[Server]:
    """A server that keeps nothing but the dump that SAVE writes."""
    binary = next(iter(server_binaries().values()))
    with running_server(binary, "--appendonly", "no") as server:
        yield server


@pytest.fixture
def shop(tmp_path: Path) -> TestRepository:
    return small_repository(tmp_path / "shop")


@asynccontextmanager
async def a_conductor(server: Server, shop: TestRepository) -> AsyncGenerator[Context]:
    settings = Settings(server.url, shop.path.parent / "state", shop.path.parent, PROJECT)
    project = find_project(shop.path, PROJECT)
    async with open_store(PROJECT, settings) as store:
        yield Context(
            store=store, project=project, settings=settings, actor="conductor", clock=now_ms
        )


def dump_of(server: Server) -> Path:
    assert server.command("SAVE") == b"+OK\r\n"
    return Path(shutil.copy(server.directory / "dump.rdb", server.directory / "older.rdb"))


def put_back(server: Server, dump: Path) -> None:
    """Kill the server and start it with an older dump."""
    server.kill()
    shutil.copy(dump, server.directory / "dump.rdb")
    server.start()


async def test_mail_files_and_conflicts_follow_what_the_store_holds_now(
    dumping_server: Server, shop: TestRepository
) -> None:
    async with a_conductor(dumping_server, shop) as context:
        live = LiveSettings(context.settings, shop.path)
        async with on_duty(context.store, context.project, live, now_ms):
            task_id = await a_started_task(context)
            chambers = await chambers_open(context, task_id, ["auth", "api"])
            dump = dump_of(dumping_server)
            await share_discovery(
                context, task_id=task_id, agent_id="a", discovery="It is lost", severity="info"
            )
            shown = shop.path / ".claude" / "DISCOVERIES.json"
            await until(lambda: "It is lost" in shown.read_text())

            put_back(dumping_server, dump)
            letter = Interrupt(id="i1", task_id=task_id, chamber="auth", message="Stop", sent_at=1)
            await commit(context.store, Change(events=(interrupts.sent(letter),)))
            await until((chambers["auth"].path / MAIL).exists)
            await until(lambda: "It is lost" not in shown.read_text())
            for name, chamber in chambers.items():
                chamber.write("README", f"by {name}\n")

            async def is_told() -> bool:
                conflicts = (await context.store.snapshot()).conflicts.values()
                return any(not conflict.is_over for conflict in conflicts)

            await until_awaited(is_told)


async def test_an_agent_that_the_store_does_not_know_any_more_ends_and_another_may_start(
    dumping_server: Server, shop: TestRepository
) -> None:
    async with a_conductor(dumping_server, shop) as context:
        task_id = await a_started_task(context)
        await chambers_open(context, task_id, ["auth"])
        dump = dump_of(dumping_server)
        agents = ScriptedAgents()
        async with supervised(context, agents):
            await start_worker(context, task_id=task_id, chamber="auth")
            lost = await session_in(agents)
            put_back(dumping_server, dump)

            async def is_over() -> bool:
                presence = await context.store.presence(f"{task_id}/auth")
                return lost.closed and presence is not None and presence.state == "finished"

            await until_awaited(is_over)
            await start_worker(context, task_id=task_id, chamber="auth")
            await until_worker(context, task_id, "running")
            assert agents.sessions["auth"] is not lost
