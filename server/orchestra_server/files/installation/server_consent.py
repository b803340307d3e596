"""Whether Claude Code may start the server of `.mcp.json`: the answer to its first dialog.

The client asks at the first start, with refusal preselected, and writes the answer into the
project's settings (seen in 2.1.332). With an existing answer there is no dialog.
"""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from orchestra_core.errors import BadInput
from orchestra_server.files import json_edit
from orchestra_server.files.installation.mcp_json import SERVER
from orchestra_server.files.json_edit import Json

ServerList: TypeAlias = Literal["enabledMcpjsonServers", "disabledMcpjsonServers"]
ENABLED: ServerList = "enabledMcpjsonServers"
DISABLED: ServerList = "disabledMcpjsonServers"


def is_refused(settings: Mapping[str, Json]) -> bool:
    """Tell whether settings refuse the server; settings of another form refuse nothing."""
    names = settings.get(DISABLED)
    return isinstance(names, list) and SERVER in names


def with_consent(text: str, name: str) -> str:
    """Return a settings file's text that lets the client start the server without asking.

    Raises BadInput if a list of servers is not a list.
    """
    return _with(_without(text, name, DISABLED), name, ENABLED)


def with_refusal(text: str, name: str) -> str:
    """Return a settings file's text that keeps the client from starting the server or asking."""
    return _with(_without(text, name, ENABLED), name, DISABLED)


def without_answer(text: str, name: str) -> str:
    """Return a settings file's text without an answer for the server."""
    return _without(_without(text, name, DISABLED), name, ENABLED)


def _with(text: str, name: str, key: ServerList) -> str:
    names = _names(text, name, key)
    if names is None:
        return json_edit.put(text, (key,), [SERVER])
    return text if SERVER in names else json_edit.append(text, (key,), SERVER)


def _without(text: str, name: str, key: ServerList) -> str:
    names = _names(text, name, key)
    if names is None or SERVER not in names:
        return text
    if len(names) == 1:
        return json_edit.remove(text, (key,))
    return json_edit.remove(text, (key, names.index(SERVER)))


def _names(text: str, name: str, key: ServerList) -> list[Json] | None:
    names = json_edit.check(text, name).get(key)
    if names is not None and not isinstance(names, list):
        raise BadInput(f'{name} has "{key}" that is not a list; correct it first')
    return names
