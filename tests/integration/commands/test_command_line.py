"""The command `orchestra` as people run it: real processes on a real repository."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from orchestra_core.change import Change
from orchestra_core.events import Event, decode_event
from orchestra_core.private_valkey import inspect, join
from orchestra_core.project import find_project
from orchestra_core.settings import Settings
from orchestra_core.store.open_store import open_store
from orchestra_server.operator_commands.status_document import StatusDocument
from orchestra_tui.command_line.commands.doctor import DoctorReport
from tests.support.commands.run_command import COMMAND, line_of, orchestra, orchestra_running
from tests.support.git.repositories import TestRepository, small_repository
from tests.support.samples.documents import a_task, starting
from tests.support.stores.valkey_users import a_user_of_their_own, kill_server, wait_until

TASKS = 3


@pytest.fixture
def settings() -> Iterator[Settings]:
    with a_user_of_their_own() as own:
        yield own


@pytest.fixture
def shop(tmp_path: Path, settings: Settings) -> TestRepository:
    return small_repository(tmp_path / "my shop é")


def commit(shop: TestRepository, settings: Settings, *changes: Change) -> None:
    """Write to the project's store as some other process would."""

    async def write() -> None:
        async with open_store(find_project(shop.path).id, settings) as store:
            for change in changes:

                async def decide(reads: object, change: Change = change) -> Change:
                    return change

                await store.transact(decide)

    asyncio.run(write())


def tasks(count: int = TASKS) -> list[Change]:
    return [starting(a_task(f"task-{n}", f"Request {n}")) for n in range(1, count + 1)]


def events_of(text: str) -> list[Event]:
    return [decode_event(line) for line in text.splitlines()]


def test_status_of_a_new_project_starts_a_private_valkey_and_stops_it_again(
    shop: TestRepository, settings: Settings
) -> None:
    ran = orchestra(shop.path, settings, "status")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert str(shop.path) in ran.stdout
    assert not inspect(settings).running


def test_status_shows_changes_of_other_processes(shop: TestRepository, settings: Settings) -> None:
    commit(shop, settings, *tasks())
    inside = shop.path / "src"
    assert "task-3  open" in orchestra(inside, settings, "status").stdout
    ran = orchestra(Path("/"), settings, "-C", str(inside), "status", "--json")
    document = msgspec.json.decode(ran.stdout, type=StatusDocument)
    assert document.seq == TASKS
    assert document.root == str(shop.path)
    assert {task.id for task in document.tasks} == {"task-1", "task-2", "task-3"}


def test_events_prints_the_history_as_text_and_as_json(
    shop: TestRepository, settings: Settings
) -> None:
    commit(shop, settings, *tasks())
    lines = orchestra(shop.path, settings, "events").stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["1", "2", "3"]
    assert lines[0].endswith("started: Request 1")
    ran = orchestra(shop.path, settings, "events", "--json", "--after", "1")
    assert [event.seq for event in events_of(ran.stdout)] == [2, 3]
    assert orchestra(shop.path, settings, "events", "--after", "3").stdout == ""


def test_events_follow_prints_the_history_and_then_new_events(
    shop: TestRepository, settings: Settings
) -> None:
    commit(shop, settings, *tasks())
    with orchestra_running(
        shop.path, settings, "events", "--follow", "--json", "--after", "1"
    ) as following:
        first = [decode_event(line_of(following)).seq for _ in range(2)]
        assert first == [2, 3]
        commit(shop, settings, starting(a_task("task-4")))
        assert decode_event(line_of(following)).task_id == "task-4"
        following.send_signal(signal.SIGINT)
        assert following.communicate(timeout=30) == ("", "")
        assert following.returncode == 130


def test_events_follow_continues_after_the_private_valkey_was_killed(
    shop: TestRepository, settings: Settings
) -> None:
    commit(shop, settings, *tasks(1))
    with orchestra_running(shop.path, settings, "events", "--follow", "--json") as following:
        assert decode_event(line_of(following)).seq == 1
        kill_server(settings)
        assert following.stderr is not None
        assert following.stderr.readline().startswith("orchestra: not connected: ")
        assert following.stderr.readline() == "orchestra: connected again\n"
        commit(shop, settings, starting(a_task("task-2")))
        assert decode_event(line_of(following)).seq == 2
        following.terminate()
        assert following.wait(30) == 128 + signal.SIGTERM
    assert not inspect(settings).running, "ended by a signal, it still leaves as the last one out"


def test_a_closed_output_pipe_is_no_error(shop: TestRepository, settings: Settings) -> None:
    commit(shop, settings, *tasks(200))
    with orchestra_running(shop.path, settings, "events", "--follow") as following:
        line_of(following)
        assert following.stdout is not None
        following.stdout.close()
        commit(shop, settings, *(starting(a_task(f"more-{n}")) for n in range(2)))
        assert following.wait(30) == 128 + signal.SIGPIPE
        assert following.stderr is not None
        assert following.stderr.read() == ""


def test_control_characters_in_agents_text_are_not_printed(
    shop: TestRepository, settings: Settings
) -> None:
    commit(shop, settings, starting(a_task("task-1", "\x1b]0;owned\x07Red \x1b[31malert\u202e")))
    for command in ("status", "events"):
        printed = orchestra(shop.path, settings, command).stdout
        assert "Red alert" in printed
        assert not {"\x1b", "\x07", "\u202e"} & set(printed)


def test_status_works_in_a_terminal_without_unicode(
    shop: TestRepository, settings: Settings
) -> None:
    commit(shop, settings, *tasks(1))
    ran = orchestra(shop.path, settings, "status", PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "? task-1" in ran.stdout


def test_down_stops_a_valkey_that_is_in_use_and_says_so(
    shop: TestRepository, settings: Settings
) -> None:
    lease = join(settings)
    ran = orchestra(shop.path, settings, "down")
    assert ran.returncode == 0
    assert ran.stdout.startswith("Stopped the private Valkey")
    assert "was using it" in ran.stdout
    assert not inspect(settings).running
    lease.close()
    assert "No private Valkey" in orchestra(shop.path, settings, "down").stdout


@pytest.mark.parametrize(
    ("url", "code"),
    [("redis://127.0.0.1:1/0", 1), ("nonsense", 2), ("unix:///nowhere/at/all", 1)],
)
def test_an_unusable_redis_is_reported_in_one_line(
    shop: TestRepository, settings: Settings, url: str, code: int
) -> None:
    ran = orchestra(shop.path, settings, "status", ORCHESTRA_REDIS_URL=url)
    assert (ran.returncode, ran.stdout) == (code, "")
    assert ran.stderr.startswith("orchestra: ")
    assert ran.stderr.count("\n") == 1


def test_the_room_without_a_terminal_fails_with_one_line(
    shop: TestRepository, settings: Settings
) -> None:
    ran = orchestra(shop.path, settings)
    assert ran.returncode == 1
    assert ran.stderr.startswith("orchestra: the room needs a terminal")
    assert ran.stderr.count("\n") == 1


def test_the_installed_script_runs_the_same_command() -> None:
    script = Path(sys.executable).with_name("orchestra")
    said = [
        subprocess.run([*command, "--version"], capture_output=True, text=True, check=True).stdout
        for command in ([str(script)], COMMAND)
    ]
    assert said[0] == said[1] != ""


def test_serve_on_stdio_answers_a_client(shop: TestRepository, settings: Settings) -> None:
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "0"},
        },
    }
    with orchestra_running(shop.path, settings, "serve") as server:
        assert server.stdin is not None
        server.stdin.write(json.dumps(hello) + "\n")
        server.stdin.flush()
        assert json.loads(line_of(server))["result"]["serverInfo"]["name"] == "orchestration"
        server.communicate(timeout=30)
        assert server.returncode == 0
    wait_until(lambda: not inspect(settings).running, 40)  # the daemon may just have begun


def test_serve_over_http_prints_its_address_and_ends_at_ctrl_c(
    shop: TestRepository, settings: Settings
) -> None:
    with orchestra_running(shop.path, settings, "serve", "--http", "--port", "0") as server:
        assert server.stderr is not None
        assert "http://127.0.0.1:" in server.stderr.readline()
        server.send_signal(signal.SIGINT)
        assert server.wait(30) == 0
    wait_until(lambda: not inspect(settings).running)


def test_init_can_be_repeated_and_undone(shop: TestRepository, settings: Settings) -> None:
    first = orchestra(shop.path, settings, "init")
    assert (first.returncode, first.stderr) == (0, "")
    assert "orchestration" in (shop.path / ".mcp.json").read_text()
    assert shop.status in {"", "?? .mcp.json"}
    assert orchestra(shop.path, settings, "init").stdout == "Everything is set up already.\n"
    undone = orchestra(shop.path, settings, "init", "--undo")
    assert undone.returncode == 0
    assert not (shop.path / ".mcp.json").exists()
    assert "nothing" in orchestra(shop.path, settings, "init", "--undo").stdout


def test_init_in_a_bare_repository_fails_with_one_line(tmp_path: Path, settings: Settings) -> None:
    bare = tmp_path / "bare.git"
    subprocess.run(["git", "init", "--quiet", "--bare", str(bare)], check=True)
    ran = orchestra(bare, settings, "init")
    assert ran.returncode == 1
    assert "bare repository" in ran.stderr


def a_claude(directory: Path, script: str) -> str:
    """Put a program named claude on a PATH and return that PATH."""
    directory.mkdir()
    (directory / "claude").write_text(f"#!/bin/sh\n{script}\n")
    (directory / "claude").chmod(0o755)
    return f"{directory}:{os.environ['PATH']}"


def test_doctor_passes_in_a_repository_that_is_set_up(
    shop: TestRepository, settings: Settings, tmp_path: Path
) -> None:
    orchestra(shop.path, settings, "init")
    path = a_claude(tmp_path / "bin", "echo '2.1.330 (Claude Code)'")
    ran = orchestra(shop.path, settings, "doctor", "--json", PATH=path)
    report = msgspec.json.decode(ran.stdout, type=DoctorReport)
    assert report.healthy, ran.stdout
    assert ran.returncode == 0
    assert {check.verdict for check in report.checks} == {"ok"}
    found_by_name = {check.name: check.found for check in report.checks}
    assert "orchestration" in found_by_name["MCP server"]
    assert "tools" in found_by_name["MCP server"]
    assert found_by_name["Claude Code"] == "2.1.330 (Claude Code)"
    assert found_by_name["private Valkey"].startswith("valkey ")


def test_doctor_says_what_is_missing_and_how_to_repair_it(
    shop: TestRepository, settings: Settings, tmp_path: Path
) -> None:
    path = a_claude(tmp_path / "bin", "exit 3")
    ran = orchestra(shop.path, settings, "doctor", PATH=path)
    assert ran.returncode == 1
    assert "fail  hooks" in ran.stdout
    assert f"run 'orchestra init' in {shop.path}" in ran.stdout
    assert "ok    MCP server" in ran.stdout
    assert "note  Claude Code" in ran.stdout


def test_doctor_reports_that_the_recorded_interpreter_is_missing(
    shop: TestRepository, settings: Settings
) -> None:
    orchestra(shop.path, settings, "init")
    launcher = shop.path / ".claude" / "tools" / "orchestration.py"
    launcher.write_text(launcher.read_text().replace(repr(sys.executable), "'/gone/python'"))
    ran = orchestra(shop.path, settings, "doctor")
    assert ran.returncode == 1
    assert "they start /gone/python, which no longer exists" in ran.stdout


def test_doctor_does_not_run_a_launcher_that_init_did_not_write(
    shop: TestRepository, settings: Settings, tmp_path: Path
) -> None:
    mark = tmp_path / "ran"
    launcher = shop.path / ".claude" / "tools" / "orchestration.py"
    launcher.parent.mkdir(parents=True)
    launcher.write_text(f"# Orchestra\nopen({str(mark)!r}, 'w')\n")
    shop.git("add", "--force", ".claude")
    shop.git("commit", "--quiet", "-m", "a launcher of the repository's own")
    ran = orchestra(shop.path, settings, "doctor")
    assert "ok    MCP server" in ran.stdout, "ours is started in its place"
    orchestra(shop.path, settings, "init")
    assert "ok    hooks" in orchestra(shop.path, settings, "doctor").stdout
    shop.git("checkout", "--quiet", "--", ".claude")
    ran = orchestra(shop.path, settings, "doctor")
    assert ".claude/tools/orchestration.py is not as 'orchestra init' left it" in ran.stdout
    assert not mark.exists()
    orchestra(shop.path, settings, "init")
    assert "ok    hooks" in orchestra(shop.path, settings, "doctor").stdout


def test_doctor_outside_a_repository_runs_the_checks_that_need_none(
    tmp_path: Path, settings: Settings
) -> None:
    ran = orchestra(tmp_path, settings, "doctor", ORCHESTRA_REDIS_URL="redis://127.0.0.1:1/0")
    assert ran.returncode == 1
    assert "ok    git" in ran.stdout
    assert "fail  repository" in ran.stdout
    assert "fail  Redis" in ran.stdout
