"""Reads the state once, without a client library, for a command that then ends.

Importing redis and asyncio takes several times as long as the answer. This works only for a running
server on a plain socket. Otherwise the store is opened, which also reports what is wrong.
"""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from orchestra_core.private_valkey.paths import read_server_record, server_paths
from orchestra_core.settings import Settings
from orchestra_core.state import ProjectState
from orchestra_core.store.client.address import read_address
from orchestra_core.store.client.redis_request import Garbled, Refusal, Target, ask
from orchestra_core.store.client.reply_parser import UnreadableDocumentError
from orchestra_core.store.documents import decode_fields, decode_snapshot, snapshot_keys
from orchestra_core.store.keys import Keys
from orchestra_core.store.scripts import script

_CONNECT_SECONDS = 1.0
_ANSWER_SECONDS = 15.0  # as in the store: a snapshot on a busy machine


def quick_snapshot(project_id: str, settings: Settings) -> ProjectState | None:
    """Return the whole state at one moment; None if only a client can read it.

    Raises BadInput for a wrong URL.
    """
    target = _target(settings)
    if target is None:
        return None
    keys = Keys(project_id)
    places = snapshot_keys(keys)
    command = ("EVAL", script("snapshot").source, str(len(places)), *places)
    seconds = {"connect_seconds": _CONNECT_SECONDS, "answer_seconds": _ANSWER_SECONDS}
    try:
        try:
            return decode_snapshot(ask(target, *command, **seconds))
        except UnreadableDocumentError:
            return decode_fields(ask(target, *command, "fields", **seconds), keys)
    except (OSError, Refusal, Garbled):
        return None


def _target(settings: Settings) -> Target | None:
    """Return where the server can be reached by a plain socket without authentication."""
    if not settings.redis_url:
        record = read_server_record(server_paths(settings))
        return Path(record.socket) if record is not None else None
    address = read_address(settings.redis_url)
    parts = urlsplit(address.url)
    if "@" in parts.netloc or parts.query:
        return None  # a password, or options for a client library
    if address.kind == "socket":
        return Path(unquote(parts.path))
    if address.kind == "server" and parts.scheme == "redis" and parts.path == "/0":
        return address.hosts[0]
    return None
