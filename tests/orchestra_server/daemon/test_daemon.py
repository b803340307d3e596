"""The daemon's life in processes of its own: what it needs, and when it ends."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from orchestra_core.configuration.live_settings import LiveSettings
from orchestra_core.daemon.ask_daemon import Answer, ask_daemon, introduction
from orchestra_core.daemon.daemon_files import daemon_lock
from orchestra_core.daemon.start_daemon import daemon_environ, ensure_daemon, stop_daemon
from orchestra_core.errors import StoreUnavailable
from orchestra_core.private_valkey import inspect
from orchestra_core.process.file_lock import is_locked
from orchestra_core.project import Project, find_project
from orchestra_core.settings import LINGER, Settings
from orchestra_core.store.open_store import open_store
from orchestra_core.store.store import Store
from orchestra_server.daemon import daemon
from orchestra_server.daemon.answer_commands import CommandRunner
from orchestra_server.daemon.served_store import ServedStore
from orchestra_server.usecases.common.transaction import Context
from tests.support.conductor.tasks import a_started_task, chambers_open
from tests.support.git.repositories import delete_repository, small_repository
from tests.support.installed_coverage import IS_MEASURING
from tests.support.processes import resident_bytes
from tests.support.stores.valkey_users import a_user_of_their_own, wait_until
from tests.support.waiting import until

FORBIDDEN = ("mcp", "textual", "pydantic", "rich")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    monkeypatch.setenv(LINGER, "100")
    shop = find_project(small_repository(tmp_path / "shop").path)
    yield shop
    if shop.git_dir.is_dir():
        stop_daemon(shop.git_dir)


def running(project: Project, settings: Settings) -> Answer:
    ensure_daemon(project, settings)
    environ = daemon_environ(project, settings)
    question = {"call": "about", **introduction(project.git_dir, environ)}
    answer = ask_daemon(project.git_dir, question, 5)
    assert answer is not None
    return answer


def ended(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    # Nobody waits for it where process 1 does not.
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


async def test_the_daemon_keeps_its_clone_heard(project: Project, settings: Settings) -> None:
    await asyncio.to_thread(running, project, settings)
    async with open_store(project.id, settings) as store, asyncio.timeout(60):
        while not any(  # noqa: ASYNC110 - a heartbeat is not published
            beat.serves for beat in (await store.snapshot()).heartbeats.values()
        ):
            await asyncio.sleep(0.01)


def test_the_daemon_loads_neither_mcp_nor_textual_and_stays_small(
    project: Project, settings: Settings
) -> None:
    pid = int(running(project, settings)["pid"])
    maps = mapped(pid)
    assert "hiredis" in maps, "it has opened no store yet"
    assert not any(f"site-packages/{name}" in maps for name in FORBIDDEN)
    assert IS_MEASURING or resident_bytes(pid) < 45 * 1024 * 1024  # coverage takes memory too


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_the_daemon_stays_small_and_without_a_thread_of_watchfiles_while_it_watches_chambers(
    project: Project, settings: Settings
) -> None:
    pid = int((await asyncio.to_thread(running, project, settings))["pid"])
    async with open_store(project.id, settings) as store:
        context = Context(store=store, project=project, settings=settings, actor="conductor")
        task_id = await a_started_task(context)
        chambers = await chambers_open(context, task_id, ["auth", "api"])
    inodes = {f"ino:{chamber.path.stat().st_ino:x}" for chamber in chambers.values()}
    await until(lambda: inodes <= watched_inodes(pid), 20)
    assert "watchfiles" not in mapped(pid)
    assert IS_MEASURING or resident_bytes(pid) < 45 * 1024 * 1024  # coverage takes memory too


def watched_inodes(pid: int) -> set[str]:
    """Return the inodes that a process watches by inotify, as proc(5) writes them."""
    words = set[str]()
    for descriptor in Path(f"/proc/{pid}/fdinfo").iterdir():
        with suppress(OSError):  # closed meanwhile
            words.update(descriptor.read_text().split())
    return words


def mapped(pid: int) -> str:
    return Path(f"/proc/{pid}/maps").read_text()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_daemon_cleanly(
    project: Project, settings: Settings, number: int
) -> None:
    os.kill(int(running(project, settings)["pid"]), number)
    wait_until(lambda: not is_locked(daemon_lock(project.git_dir)))
    assert not (project.git_dir / "orchestra" / "daemon.sock").exists()


def test_the_daemon_ends_when_its_repository_is_removed(
    project: Project, settings: Settings
) -> None:
    pid = int(running(project, settings)["pid"])
    delete_repository(project.main_checkout)
    wait_until(lambda: ended(pid))
    assert not project.git_dir.exists(), "it made directories again"


def test_the_last_daemon_to_end_stops_the_private_valkey(project: Project) -> None:
    with a_user_of_their_own() as alone:
        running(project, alone)
        wait_until(lambda: inspect(alone).running)
        assert stop_daemon(project.git_dir)
        assert not inspect(alone).running


async def test_serving_that_is_cancelled_ends_although_its_store_cannot_be_closed(
    project: Project, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = asyncio.Event()

    @asynccontextmanager
    async def broken_store(*_: object) -> AsyncGenerator[Store]:
        async with open_store(project.id, settings) as store:
            try:
                opened.set()
                yield store
            finally:
                raise StoreUnavailable("the state directory was removed")

    monkeypatch.setattr(daemon, "open_store", broken_store)
    served = ServedStore()
    live = LiveSettings(settings, project.root)
    commands = CommandRunner(project, live, served)
    serving = asyncio.create_task(daemon.serve_clone(project, live, served, commands))
    await asyncio.wait_for(opened.wait(), 60)
    serving.cancel()
    await asyncio.wait([serving], timeout=60)
    assert serving.cancelled()


_STUBBORN = """
async def stubborn(*_):
    while True:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            pass
daemon.serve_clone = stubborn
"""


_SWEEPING = "daemon.stop_unused = lambda _: time.sleep(60)"


@pytest.mark.parametrize(
    ("part", "complaint"),
    [
        (_STUBBORN, "not everything had ended"),
        ("daemon.stop_unused = lambda _: time.sleep(60)", ""),
    ],
)
def test_a_daemon_leaves_although_a_part_of_it_does_not_end(
    project: Project, settings: Settings, part: str, complaint: str
) -> None:
    code = (
        "import asyncio, sys, time\n"
        "from orchestra_server.daemon import daemon\n"
        "from orchestra_server.__main__ import main\n"
        "daemon._LEAVE_SECONDS = 0.1\n"
        f"{part}\n"
        "sys.argv[1:] = ['daemon']\n"
        "sys.exit(main())\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        env=daemon_environ(project, settings),
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_until(lambda: ask_daemon(project.git_dir, {"call": "stop"}, 5) is not None)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 0
    assert complaint in said


def test_a_daemon_waits_for_a_store_that_is_out_of_reach(
    project: Project, settings: Settings
) -> None:
    absent = Settings(f"unix://{settings.state_dir}/absent", settings.state_dir, Path("/tmp"), "")
    answer = running(project, absent)
    assert not ended(int(answer["pid"]))
    log = project.git_dir / "orchestra" / "daemon.log"
    wait_until(lambda: "absent" in log.read_text())
    assert "Traceback" not in log.read_text()
