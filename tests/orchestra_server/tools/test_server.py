"""How the server answers when something is wrong, inside it or around it."""

import errno
import logging
from dataclasses import replace
from pathlib import Path

import pytest

from orchestra_core.private_valkey import inspect
from orchestra_core.replies.tasks import StartedTask, TaskStatus
from orchestra_core.settings import Settings
from orchestra_core.store.store import Store
from tests.support.conductor.orchestration import Conductor, in_memory
from tests.support.stores.valkey import Server, short_directory, valkey_binary
from tests.support.stores.valkey_users import kill_server, settings_at


async def start(conductor: Conductor, description: str = "Add tags to books") -> StartedTask:
    return await conductor.call(StartedTask, "start_task", {"description": description})


async def test_a_refusal_is_returned_as_its_line(settings: Settings, repository: Path) -> None:
    async with in_memory(settings, repository) as conductor:
        line = await conductor.error("get_task_status", {"task_id": "nobody"})
    assert "'nobody'" in line


async def test_an_internal_error_is_one_line_and_its_details_are_in_the_log(
    settings: Settings,
    repository: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fail(_: Store, *_tasks: str) -> None:
        raise ZeroDivisionError("so\nit is")

    monkeypatch.setattr(Store, "snapshot", fail)
    async with in_memory(settings, repository) as conductor:
        with caplog.at_level(logging.ERROR):
            line = await conductor.error("get_task_status", {"task_id": "x"})
    assert line == (
        "get_task_status failed inside the server (ZeroDivisionError: so it is); "
        "its log, which is this server's stderr, has the details; try again once"
    )
    assert "Traceback" in caplog.text


async def test_a_file_that_the_system_refuses_is_named_with_what_to_do(
    settings: Settings, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_: Store, *_tasks: str) -> None:
        raise OSError(errno.EROFS, "Read-only file system", "/shop/.git/orchestra")

    monkeypatch.setattr(Store, "snapshot", fail)
    async with in_memory(settings, repository) as conductor:
        line = await conductor.error("get_task_status", {"task_id": "x"})
    assert line == (
        "/shop/.git/orchestra cannot be used (Read-only file system); it is on a read-only file "
        "system: make that writable, and try again"
    )


async def test_null_for_an_optional_argument_means_omitting_it(
    settings: Settings, repository: Path
) -> None:
    arguments = {"description": "Add tags", "complexity": None, "working_directory": None}
    async with in_memory(settings, repository) as conductor:
        started = await conductor.call(StartedTask, "start_task", arguments)
    assert started.working_directory == str(repository)


async def test_hostile_text_is_stored_as_clean_valid_text(
    settings: Settings, repository: Path
) -> None:
    async with in_memory(settings, repository) as conductor:
        started = await start(conductor, "Tags \ud800 \x1b[31mred\x1b[0m \u202eand\x00 [bold]")
        status = await conductor.call(TaskStatus, "get_task_status", {"task_id": started.task_id})
    assert status.description == "Tags \ufffd red and [bold]"


async def test_outside_a_repository_each_call_says_what_to_do(
    settings: Settings, tmp_path: Path
) -> None:
    async with in_memory(settings, tmp_path) as conductor:
        line = await conductor.error("start_task", {"description": "Add tags"})
    assert line.endswith(
        "is not in a git repository; run this inside one, or make one with 'git init'"
    )


async def test_a_server_started_before_redis_works_once_redis_is_up(
    settings: Settings, repository: Path
) -> None:
    with short_directory() as directory:
        server = Server(valkey_binary(), directory)
        late = replace(settings, redis_url=server.url)
        async with in_memory(late, repository) as conductor:
            line = await conductor.error("start_task", {"description": "Add tags"})
            assert str(server.socket) in line
            server.start()
            try:
                assert (await start(conductor)).task_id
            finally:
                server.kill()


async def test_the_private_valkey_is_kept_while_the_server_runs_and_restarted_if_killed(
    tmp_path: Path, repository: Path
) -> None:
    with short_directory() as runtime:
        own = settings_at(tmp_path / "state", runtime)
        async with in_memory(own, repository) as conductor:
            started = await start(conductor)
            kill_server(own)
            status = await conductor.call(
                TaskStatus, "get_task_status", {"task_id": started.task_id}
            )
            assert status.description == "Add tags to books"
            assert inspect(own).running
        assert not inspect(own).running


async def test_a_server_stopped_while_it_opens_the_store_releases_it(
    tmp_path: Path, repository: Path
) -> None:
    with short_directory() as runtime:
        own = settings_at(tmp_path / "state", runtime)
        async with in_memory(own, repository):
            pass
        assert not inspect(own).running


async def test_a_server_that_ends_right_after_its_answer_has_written_the_projections(
    settings: Settings, repository: Path
) -> None:
    async with in_memory(settings, repository) as conductor:
        started = await start(conductor)

    mission = (repository / ".claude" / "MISSION_CONTEXT.json").read_text(encoding="utf-8")
    assert started.task_id in mission
