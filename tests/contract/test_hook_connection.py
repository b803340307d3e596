"""How the hook reaches Redis by itself: over TCP, with a password, with TLS, or not at all."""

import asyncio
import socket
from contextlib import suppress
from pathlib import Path

import pytest

from orchestra_core.settings import Settings
from orchestra_core.store.open_store import open_store
from orchestra_server.files.chamber.mailbox import collect_receipts
from tests.support.certificates import own_certificate
from tests.support.hooks import Session, hooked_checkout, patient, send, sent
from tests.support.scripted_server import Reply, bulk, scripted_server
from tests.support.valkey import running_server, valkey_binary


async def test_the_hook_uses_the_password_and_the_database_of_a_tcp_url(
    tmp_path: Path, project_id: str
) -> None:
    port = free_port()
    options = ("--port", str(port), "--bind", "127.0.0.1", "--requirepass", "p@ss word")
    with running_server(valkey_binary(), *options):
        url = f"redis://:p%40ss%20word@127.0.0.1:{port}/3"
        settings = Settings(redis_url=url, state_dir=tmp_path, runtime_dir=tmp_path, project="")
        worker = patient(hooked_checkout(tmp_path / "repo", url, project_id).chamber())
        async with open_store(project_id, settings) as store:
            await sent(store, worker.directory, "One")
            worker.fire("PostToolBatch")
            assert (await store.snapshot()).interrupts["i1"].state == "delivered"


def test_with_a_wrong_password_the_hook_leaves_a_receipt(tmp_path: Path) -> None:
    port = free_port()
    options = ("--port", str(port), "--bind", "127.0.0.1", "--requirepass", "right")
    with running_server(valkey_binary(), *options):
        worker = patient(
            hooked_checkout(tmp_path / "repo", f"redis://:no@127.0.0.1:{port}").chamber()
        )
        send(worker.directory, "One")
        worker.fire("PostToolBatch")
        assert [one.state for one in collect_receipts(worker.directory)] == ["delivered"]


def test_the_hook_gives_up_soon_on_a_server_that_does_not_answer(tmp_path: Path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}"
        worker = Session(hooked_checkout(tmp_path / "repo", url).chamber())
        send(worker.directory, "One")
        assert "One" in worker.fire("PostToolBatch").context
        assert [one.state for one in collect_receipts(worker.directory)] == ["delivered"]


async def test_the_hook_gives_up_soon_on_a_server_whose_answer_never_ends(tmp_path: Path) -> None:
    left = asyncio.Event()

    async def dribble(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while True:
                writer.write(b"+")
                await writer.drain()
                await asyncio.sleep(0.01)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        left.set()

    async with await asyncio.start_server(dribble, "127.0.0.1", 0) as server:
        url = f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        worker = Session(hooked_checkout(tmp_path / "repo", url).chamber())
        send(worker.directory, "One")
        answer = await asyncio.wait_for(asyncio.to_thread(worker.fire, "PostToolBatch"), 20)
        await asyncio.wait_for(left.wait(), 20)
    assert "One" in answer.context
    assert [one.state for one in collect_receipts(worker.directory)] == ["delivered"]


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.mark.parametrize("is_trusted", [True, False])
async def test_the_hook_speaks_tls_with_a_password_and_checks_the_certificate(
    tmp_path: Path, *, is_trusted: bool
) -> None:
    certificate = own_certificate(tmp_path)
    heard: list[list[str]] = []

    def reply(words: list[str]) -> Reply:
        heard.append(words)
        return bulk("{}") if words[0] == "EVAL" else b"+OK\r\n"

    async with scripted_server(reply, tls=certificate.serving()) as url:
        options = f"?ssl_ca_certs={certificate.path}" if is_trusted else ""
        named = url.replace("://", "://ada:p%40ss@") + "/2" + options
        worker = patient(hooked_checkout(tmp_path / "repo", named).chamber())
        send(worker.directory, "One")
        answer = await asyncio.to_thread(worker.fire, "PostToolBatch")
    assert "One" in answer.context
    left = [one.state for one in collect_receipts(worker.directory)]
    if is_trusted:
        assert heard[:2] == [["AUTH", "ada", "p@ss"], ["SELECT", "2"]]
        assert heard[2][0] == "EVAL"
        assert {"i1", "delivered"} < set(heard[2])
        assert left == []
    else:
        assert heard == []
        assert left == ["delivered"]
