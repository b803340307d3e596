"""What the SDK answers to a client's first questions; run as a program, it writes their file."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from orchestra_core.settings import STATE_DIR
from orchestra_server.tools.transport.early_answers import (
    ANSWERS_FILE,
    PROTOCOL,
    QUESTIONS,
    VERSION,
)

_SERVER = (
    "from pathlib import Path; from orchestra_core.settings import read_settings; "
    "from orchestra_server.tools.transport.serve import serve; "
    "serve(read_settings(), Path.cwd())"
)


def question(method: str, identity: int) -> str:
    """Return a line as Claude Code 2.1.330 sends it."""
    meta: dict[str, object] = {
        VERSION: PROTOCOL,
        "io.modelcontextprotocol/clientInfo": {"name": "claude-code", "version": "2.1.330"},
        "io.modelcontextprotocol/clientCapabilities": {"roots": {"listChanged": True}},
    }
    asked = {"jsonrpc": "2.0", "id": identity, "method": method, "params": {"_meta": meta}}
    return json.dumps(asked)


def sdk_answers() -> dict[str, object]:
    """Return the SDK's results by question, from a server outside every repository."""
    lines = [question(method, identity) for identity, method in enumerate(QUESTIONS)]
    with tempfile.TemporaryDirectory() as directory:
        environ = {name: value for name, value in os.environ.items() if "CLAUDE" not in name}
        with subprocess.Popen(
            [sys.executable, "-P", "-c", _SERVER],
            cwd=directory,
            env={**environ, STATE_DIR: directory},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as server:
            assert server.stdin is not None
            assert server.stdout is not None
            server.stdin.write("\n".join(lines) + "\n")
            server.stdin.flush()
            answers = [json.loads(server.stdout.readline()) for _ in lines]
            server.stdin.close()
    by_id = {answer["id"]: answer["result"] for answer in answers}
    return {method: by_id[identity] for identity, method in enumerate(QUESTIONS)}


def as_file(answers: Mapping[str, object]) -> str:
    """Return the file of answers, with a line for each tool."""
    text = json.dumps(answers, ensure_ascii=False, separators=(",", ":"))
    for start in ('"tools/list":', '"prompts/list":', '"resources/list":', '{"annotations":'):
        text = text.replace(start, f"\n{start}")
    return f"{text}\n"


if __name__ == "__main__":
    Path(ANSWERS_FILE).write_text(as_file(sdk_answers()), encoding="utf-8")
