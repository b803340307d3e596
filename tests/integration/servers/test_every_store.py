"""The daemon as a process, a command and a worker's hooks, on every kind of server."""

import dataclasses
import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from orchestra_core.daemon.ask_daemon import ask_daemon
from orchestra_core.daemon.start_daemon import stop_daemon
from orchestra_core.settings import LINGER, Settings
from tests.support.commands.run_command import orchestra
from tests.support.git.repositories import TestRepository, small_repository
from tests.support.hooks.hooked_checkout import Session
from tests.support.stores.server_places import PLACES
from tests.support.stores.valkey import server_binaries
from tests.support.stores.valkey_users import a_user_of_their_own, wait_until

BINARIES = server_binaries()
COMBINATIONS = [f"{binary} {place}" for binary, place in product(sorted(BINARIES), PLACES)]


@pytest.fixture(params=COMBINATIONS)
def settings(request: pytest.FixtureRequest) -> Iterator[Settings]:
    binary, _, place = str(request.param).partition(" ")
    with PLACES[place](BINARIES[binary]) as url, a_user_of_their_own() as own:
        yield dataclasses.replace(own, redis_url=url)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[TestRepository]:
    repository = small_repository(tmp_path / "shop")
    yield repository
    stop_daemon(repository.path / ".git")


def test_a_daemon_brings_a_commands_message_to_a_worker_and_its_receipt_and_presence_back(
    shop: TestRepository, settings: Settings
) -> None:
    def run(*arguments: str) -> str:
        ended = orchestra(shop.path, settings, *arguments, **{LINGER: "100"})
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def has_acted() -> bool:
        (task,) = json.loads(run("status", "--json"))["tasks"]
        (chamber,) = task["chambers"]
        return chamber["worker"]["state"] == "idle" and not chamber["unread"]

    def stamps() -> list[str]:
        events = [json.loads(line) for line in run("events", "--json").splitlines()]
        kinds = [event["kind"] for event in events]
        return [kind for kind in kinds if kind.startswith("interrupt.")]

    run("create", "--title", "Sell socks", "auth")
    wait_until(lambda: ask_daemon(shop.path / ".git", {"call": "about"}, 5) is not None, 60)
    worker = Session(shop.path / ".claude" / "worktrees" / "auth")
    run("interrupt", "auth", "Use PR 12")
    assert "Use PR 12" in worker.fire("PostToolBatch").context
    worker.fire("Stop")
    wait_until(has_acted, 60)
    assert ask_daemon(shop.path / ".git", {"call": "about"}, 5), "no daemon has done it"
    assert stamps() == [f"interrupt.{step}" for step in ("sent", "posted", "delivered", "acted")]
