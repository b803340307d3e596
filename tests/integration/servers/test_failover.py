"""The primary behind a Sentinel dies while commands are typed: each message is there once."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from orchestra_core.daemon.start_daemon import stop_daemon
from orchestra_core.settings import LINGER, Settings
from tests.support.commands.run_command import orchestra
from tests.support.git.repositories import TestRepository, small_repository
from tests.support.stores.valkey import (
    Server,
    free_port,
    running_sentinel,
    running_server,
    valkey_binary,
)
from tests.support.stores.valkey_users import wait_until


@dataclass(frozen=True)
class WatchedStore:
    """A primary and its replica, which a Sentinel promotes."""

    primary: Server
    replica: Server
    sentinel: Server

    def offset(self, server: Server) -> bytes:
        found = re.search(rb"master_repl_offset:(\d+)", server.command("INFO", "replication"))
        assert found is not None
        return found[1]


@pytest.fixture
def watched() -> Iterator[WatchedStore]:
    binary = valkey_binary()
    with (
        running_server(binary, port=free_port()) as primary,
        running_server(binary, port=free_port()) as replica,
    ):
        replica.command("REPLICAOF", "127.0.0.1", str(primary.port))
        wait_until(lambda: b"master_link_status:up" in replica.command("INFO", "replication"), 30)
        with running_sentinel(binary, "room", primary.port) as sentinel:
            sentinel.command("SENTINEL", "SET", "room", "down-after-milliseconds", "1000")
            port = str(replica.port).encode()
            wait_until(lambda: port in sentinel.command("SENTINEL", "REPLICAS", "room"), 30)
            yield WatchedStore(primary, replica, sentinel)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[TestRepository]:
    repository = small_repository(tmp_path / "shop")
    yield repository
    stop_daemon(repository.path / ".git")


@pytest.mark.timeout(300)
def test_what_commands_send_during_a_failover_arrives_once_or_is_refused_with_the_reason(
    shop: TestRepository, settings: Settings, watched: WatchedStore
) -> None:
    url = f"redis+sentinel://127.0.0.1:{watched.sentinel.port}/room"
    own = replace(settings, redis_url=url)
    sent, refused = list[str](), list[str]()

    def run(*words: str) -> str:
        ended = orchestra(shop.path, own, *words, **{LINGER: "100"})
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def send() -> bool:
        """Send a message; return whether it was accepted."""
        text = f"message {len(sent) + len(refused):03}"
        ended = orchestra(shop.path, own, "interrupt", "auth", text, **{LINGER: "100"})
        (refused if ended.returncode else sent).append(text)
        assert not ended.returncode or "failing over, repeated" in ended.stderr, ended.stderr
        return not ended.returncode

    run("create", "auth")
    for _ in range(3):
        assert send()
    wait_until(lambda: watched.offset(watched.primary) == watched.offset(watched.replica), 30)
    watched.primary.kill()
    wait_until(send, 60)
    assert b"role:master" in watched.replica.command("INFO", "replication")
    for _ in range(3):
        assert send()

    def events() -> list[str]:
        lines = [json.loads(line) for line in run("events", "--json").splitlines()]
        return [json.dumps(event) for event in lines if event["kind"] == "interrupt.sent"]

    told = [re.findall(r"message \d{3}", event)[0] for event in events()]
    assert told == sent
    mailbox = shop.path / ".claude" / "worktrees" / "auth" / ".INTERRUPT"
    wait_until(lambda: re.findall(r"message \d{3}", mailbox.read_text()) == sent, 30)
