"""What the SDK answers to a client's first questions; run as a program, it writes their file."""

import asyncio
import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import anyio
from mcp.server.lowlevel import NotificationOptions
from mcp.shared.message import SessionMessage
from mcp.types.jsonrpc import jsonrpc_message_adapter

from orchestra_core.settings import STATE_DIR, read_settings
from orchestra_server.tools.server import build_server
from orchestra_server.tools.server_session import ServerSession
from orchestra_server.tools.transport.early_answers import ANSWERS_FILE
from orchestra_server.tools.transport.first_questions import (
    HANDSHAKE,
    HANDSHAKES,
    PROTOCOL,
    QUESTIONS,
    VERSION,
)

_INITIALIZED = '{"jsonrpc":"2.0","method":"notifications/initialized"}'


def question(method: str, identity: int) -> str:
    """Return a line as Claude Code 2.1.330 sends it."""
    meta: dict[str, object] = {
        VERSION: PROTOCOL,
        "io.modelcontextprotocol/clientInfo": {"name": "claude-code", "version": "2.1.330"},
        "io.modelcontextprotocol/clientCapabilities": {"roots": {"listChanged": True}},
    }
    asked = {"jsonrpc": "2.0", "id": identity, "method": method, "params": {"_meta": meta}}
    return json.dumps(asked)


def greeting(version: str, identity: int, client: str = "claude-code") -> str:
    """Return `initialize` as Claude Code 2.1.250 sends it."""
    params: dict[str, object] = {
        "protocolVersion": version,
        "capabilities": {"roots": {"listChanged": True}, "elicitation": {}},
        "clientInfo": {"name": client, "version": "2.1.250"},
    }
    asked = {"jsonrpc": "2.0", "id": identity, "method": HANDSHAKE, "params": params}
    return json.dumps(asked)


def plain_question(method: str, identity: int) -> str:
    """Return a line as Claude Code 2.1.250 sends it after `initialize`."""
    return json.dumps({"method": method, "jsonrpc": "2.0", "id": identity})


def session_questions(version: str) -> list[str]:
    """Return all first lines of a client of an older protocol."""
    asked = [plain_question(method, at) for at, method in enumerate(QUESTIONS[1:], 1)]
    return [greeting(version, 0), _INITIALIZED, *asked]


def sdk_answers() -> dict[str, object]:
    """Return the SDK's results by question, from a server outside every repository."""
    lines = [question(method, identity) for identity, method in enumerate(QUESTIONS)]
    by_id = answers_of_sdk(lines)
    answers = {method: by_id[identity] for identity, method in enumerate(QUESTIONS)}
    return {HANDSHAKE: answers_of_sdk([greeting(HANDSHAKES[-1], 0)])[0], **answers}


def answers_of_sdk(lines: Sequence[str]) -> dict[int, dict[str, Any]]:
    """Return the SDK's results of one session by id, from a server outside every repository."""
    with tempfile.TemporaryDirectory() as directory:
        return asyncio.run(_ask(lines, Path(directory)))


async def _ask(lines: Sequence[str], directory: Path) -> dict[int, dict[str, Any]]:
    server = build_server(ServerSession(read_settings({STATE_DIR: str(directory)}), directory))
    lowlevel = server._lowlevel_server  # pyright: ignore[reportPrivateUsage]
    options = lowlevel.create_initialization_options(NotificationOptions(resources_changed=True))
    to_server, questions = anyio.create_memory_object_stream[SessionMessage | Exception](len(lines))
    answers, from_server = anyio.create_memory_object_stream[SessionMessage](len(lines))
    results = dict[int, dict[str, Any]]()
    async with to_server, questions, answers, from_server, anyio.create_task_group() as tasks:
        tasks.start_soon(lowlevel.run, questions, answers, options)
        for line in lines:
            await to_server.send(SessionMessage(jsonrpc_message_adapter.validate_json(line)))
        while len(results) < sum('"id"' in line for line in lines):
            message = (await from_server.receive()).message
            answer = json.loads(message.model_dump_json(by_alias=True, exclude_unset=True))
            results[answer["id"]] = answer["result"]
        await to_server.aclose()
    return results


def as_file(answers: Mapping[str, object]) -> str:
    """Return the file of answers, with a line for each tool."""
    text = json.dumps(answers, ensure_ascii=False, separators=(",", ":"))
    for start in (*(f'"{method}":' for method in QUESTIONS), '{"annotations":'):
        text = text.replace(start, f"\n{start}")
    return f"{text}\n"


if __name__ == "__main__":
    Path(ANSWERS_FILE).write_text(as_file(sdk_answers()), encoding="utf-8")
