"""What the daemon answers on its socket, and to whom."""

import asyncio
import json
import os
import socket
import stat
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from orchestra_core.daemon.ask_daemon import Answer, ask_daemon, introduction
from orchestra_core.daemon.daemon_files import daemon_socket, make_daemon_directories
from orchestra_core.daemon.start_daemon import daemon_environ
from orchestra_core.project import Project, find_project
from orchestra_core.settings import Settings
from orchestra_server.daemon.lifetime import Lifetime
from orchestra_server.daemon.listener import Listener, RunCommand, difference
from tests.support.git.repositories import small_repository
from tests.support.waiting import until


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return find_project(small_repository(tmp_path / "shop").path)


async def no_command(*_: object) -> Answer:
    return {"error": "there is none"}


@asynccontextmanager
async def listening(
    project: Project,
    settings: Settings,
    run_command: RunCommand = no_command,
    has_code_changed: Callable[[], bool] = lambda: False,
) -> AsyncGenerator[Lifetime]:
    lifetime = Lifetime(project.git_dir, lambda: 100, has_code_changed)
    make_daemon_directories(project.git_dir)
    try:
        async with Listener(project, settings, lifetime, run_command).listen():
            yield lifetime
    finally:
        lifetime.close()


def from_user(call: str, project: Project, settings: Settings) -> dict[str, object]:
    environ = daemon_environ(project, settings)
    return {"call": call, **introduction(project.git_dir, environ)}


def leave_socket(place: str) -> None:
    """Leave a socket that nobody listens on, as a daemon that was killed does."""
    Path(place).unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as left_over:
        left_over.bind(place)


async def ask(project: Project, question: Mapping[str, object]) -> Answer | None:
    return await asyncio.to_thread(ask_daemon, project.git_dir, question, 5.0)


async def test_the_daemon_says_what_it_serves_without_the_stores_password(
    project: Project, settings: Settings
) -> None:
    secret = replace(settings, redis_url="redis://eva:hunter2@db:6379/0?password=hunter2")
    async with listening(project, secret):
        answer = await ask(project, from_user("about", project, secret))
    assert answer is not None
    assert answer["pid"] == os.getpid()
    assert answer["project"] == project.id
    assert "differs" not in answer
    assert "hunter2" not in json.dumps(answer)
    assert "db:6379" in answer["store"]


async def test_the_socket_is_its_owners_alone(project: Project, settings: Settings) -> None:
    place = Path(daemon_socket(project.git_dir))
    async with listening(project, settings):
        mode = (await asyncio.to_thread(place.stat)).st_mode
        assert stat.S_IMODE(mode) & 0o077 == 0


async def test_an_attached_process_holds_the_daemon_until_it_hangs_up(
    project: Project, settings: Settings
) -> None:
    async with listening(project, settings) as lifetime:
        reader, writer = await asyncio.open_unix_connection(daemon_socket(project.git_dir))
        writer.write(json.dumps(from_user("attach", project, settings)).encode() + b"\n")
        assert json.loads(await reader.readline())["pid"] == os.getpid()
        await until(lambda: lifetime.holders == 1)
        writer.close()
        await until(lambda: lifetime.holders == 0)


async def test_a_process_with_another_store_does_not_hold_the_daemon(
    project: Project, settings: Settings
) -> None:
    other = replace(settings, redis_url="", state_dir=Path("/elsewhere"))
    async with listening(project, settings) as lifetime:
        answer = await ask(project, from_user("attach", project, other))
        assert answer is not None
        assert answer["differs"] == "store"
        assert lifetime.holders == 0


async def test_a_stopped_daemon_says_so_to_those_who_hold_it(
    project: Project, settings: Settings
) -> None:
    async with listening(project, settings) as lifetime:
        reader, writer = await asyncio.open_unix_connection(daemon_socket(project.git_dir))
        writer.write(json.dumps(from_user("attach", project, settings)).encode() + b"\n")
        await reader.readline()
        assert await ask(project, {"call": "stop"}) == {"pid": os.getpid()}
        await asyncio.wait_for(lifetime.ended(), 60)
    assert json.loads(await reader.readline()) == {"stopped": True}
    writer.close()


@pytest.mark.parametrize("line", [b"no question\n", b"[1]\n", b"\n", b"\xff\xfe\n"])
async def test_input_that_is_not_a_question_gets_no_answer_and_does_no_harm(
    project: Project, settings: Settings, line: bytes
) -> None:
    async with listening(project, settings):
        reader, writer = await asyncio.open_unix_connection(daemon_socket(project.git_dir))
        writer.write(line)
        assert await reader.read() == b""
        writer.close()
        assert await ask(project, from_user("about", project, settings)) is not None


async def test_the_socket_of_a_killed_daemon_is_replaced(
    project: Project, settings: Settings
) -> None:
    make_daemon_directories(project.git_dir)
    leave_socket(daemon_socket(project.git_dir))
    async with listening(project, settings):
        assert await ask(project, from_user("about", project, settings)) is not None
    assert await ask(project, from_user("about", project, settings)) is None


async def test_a_command_is_run_and_holds_the_daemon_meanwhile(
    project: Project, settings: Settings
) -> None:
    held = list[int]()

    async def run(asked: object, _: object) -> Answer:
        held.append(lifetime.holders)
        return {"text": f"asked {asked}"}

    async with listening(project, settings, run) as lifetime:
        answer = await ask(project, {**from_user("command", project, settings), "command": 7})
        assert answer == {"text": "asked 7"}
        assert held == [1]
        await until(lambda: lifetime.holders == 0)


async def test_an_asker_hears_what_a_command_waits_for_if_it_wants_to(
    project: Project, settings: Settings
) -> None:
    async def run(_: object, tell: Callable[[str], None]) -> Answer:
        tell("the hook")
        return {"text": "done"}

    question = from_user("command", project, settings)
    waits = list[str]()
    async with listening(project, settings, run):
        answer = await asyncio.to_thread(ask_daemon, project.git_dir, question, 5.0, waits.append)
        assert answer == await ask(project, question) == {"text": "done"}
    assert waits == ["waiting for the hook"]


async def test_a_command_of_another_store_is_not_run(project: Project, settings: Settings) -> None:
    other = replace(settings, project="another")
    async with listening(project, settings):
        answer = await ask(project, {**from_user("command", project, other), "command": 7})
    assert answer is not None
    assert answer["differs"] == "store"
    assert "error" not in answer


async def test_a_daemon_whose_code_has_changed_runs_no_command_and_leaves(
    project: Project, settings: Settings
) -> None:
    asked = list[object]()

    async def run(command: object, _: object) -> Answer:
        asked.append(command)
        return {}

    async with listening(project, settings, run, lambda: True) as lifetime:
        answer = await ask(project, {**from_user("command", project, settings), "command": 7})
        await asyncio.wait_for(lifetime.ended(), 60)
    assert answer is not None
    assert (answer["differs"], answer["renews"]) == ("version", True)
    assert asked == []
    assert lifetime.leaves_for_new_code


async def test_a_daemon_that_waits_for_its_agents_does_not_tell_askers_to_wait_for_it(
    project: Project, settings: Settings
) -> None:
    async with listening(project, settings, has_code_changed=lambda: True) as lifetime:
        with lifetime.hold("agent"):
            answer = await ask(project, from_user("about", project, settings))
            assert answer is not None
            assert (answer["differs"], answer["renews"]) == ("version", False)
        await asyncio.wait_for(lifetime.ended(), 60)


async def test_a_command_that_failed_because_of_changed_code_ends_the_daemon(
    project: Project, settings: Settings
) -> None:
    async def run(*_: object) -> Answer:
        return {"differs": "version"}

    async with listening(project, settings, run) as lifetime:
        answer = await ask(project, {**from_user("command", project, settings), "command": 7})
        assert answer == {"differs": "version"}
        await asyncio.wait_for(lifetime.ended(), 60)
    assert lifetime.leaves_for_new_code


async def test_a_command_is_cancelled_when_its_asker_hangs_up(
    project: Project, settings: Settings
) -> None:
    began, ended = asyncio.Event(), asyncio.Event()

    async def run(*_: object) -> Answer:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return {}

    async with listening(project, settings, run):
        _, writer = await asyncio.open_unix_connection(daemon_socket(project.git_dir))
        writer.write(json.dumps(from_user("command", project, settings)).encode() + b"\n")
        await asyncio.wait_for(began.wait(), 60)
        writer.close()
        await asyncio.wait_for(ended.wait(), 60)


def test_an_asker_differs_by_code_place_or_store() -> None:
    own = {"version": "1", "code": "/lib", "common_dir": "/r", "store": ["/home/eva", ""]}
    assert difference(own, own) == ""
    assert difference(own, {**own, "version": "2"}) == "version"
    assert difference(own, {**own, "code": "/other"}) == "version"
    assert difference(own, {**own, "common_dir": "/moved"}) == "version"
    assert difference(own, {**own, "store": ["redis://db", ""]}) == "store"
    assert difference(own, {"version": "1", "code": "/lib", "common_dir": "/r"}) == "store"


def test_a_process_whose_own_code_was_updated_may_hold_a_daemon_of_the_new_code() -> None:
    own = {"version": "2", "code": "/new", "common_dir": "/r", "store": ["/home/eva", ""]}
    outdated = {**own, "version": "1", "code": "/lib", "outdated": True}
    assert difference(own, outdated) == ""
    assert difference(own, {**outdated, "outdated": False}) == "version"
    assert difference(own, {**outdated, "common_dir": "/moved"}) == "version"
    assert difference(own, {**outdated, "store": ["redis://db", ""]}) == "store"
