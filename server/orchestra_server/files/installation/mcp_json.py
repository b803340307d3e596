"""Orchestra's entry in `.mcp.json`, with which a client starts the server `orchestration`.

People commit this file, so the entry holds no path of one machine: a launcher in the working tree
finds the interpreter. A client expands `${CLAUDE_PROJECT_DIR:-.}` itself.
"""

from collections.abc import Mapping
from pathlib import Path

from orchestra_core.errors import BadInput, Refused
from orchestra_server.files import json_edit
from orchestra_server.files.json_edit import Json

MCP_JSON = Path(".mcp.json")
LAUNCHER = Path(".claude", "tools", "orchestration.py")
SERVER = "orchestration"
_SERVERS = "mcpServers"
_ENTRY: dict[str, Json] = {
    "type": "stdio",
    "command": "python3",
    # -I keeps the project's files from shadowing the standard library.
    "args": ["-I", f"${{CLAUDE_PROJECT_DIR:-.}}/{LAUNCHER.as_posix()}"],
}


def with_server(text: str, name: str) -> str:
    """Return the file's text with Orchestra's server; an entry that already starts it is kept.

    Raises BadInput for a file that is not JSON, and Refused if another server has the name.
    """
    entry = _servers(text, name).get(SERVER)
    if entry is None:
        return json_edit.put(text, (_SERVERS, SERVER), _ENTRY)
    if not _starts_ours(entry):
        raise Refused(
            f"{name} has another server called {SERVER!r}; rename that one and run init again"
        )
    return text


def without_server(text: str, name: str) -> str:
    """Return the file's text without Orchestra's server and the object that is left empty."""
    servers = _servers(text, name)
    if not _starts_ours(servers.get(SERVER)):
        return text
    return json_edit.remove(text, (_SERVERS, SERVER) if len(servers) > 1 else (_SERVERS,))


def _servers(text: str, name: str) -> Mapping[str, Json]:
    servers = json_edit.check(text, name).get(_SERVERS, {})
    if not isinstance(servers, dict):
        raise BadInput(f'{name} has "{_SERVERS}" that is not an object; correct it first')
    return servers


def _starts_ours(entry: Json) -> bool:
    arguments = entry.get("args") if isinstance(entry, dict) else None
    if not isinstance(arguments, list):
        return False
    return any(
        isinstance(argument, str) and argument.endswith(LAUNCHER.as_posix())
        for argument in arguments
    )
