"""Asks a clone's daemon one question. Question and answer are one line of JSON each.

It serves commands whose start-up time counts, so it imports neither asyncio nor msgspec: those
imports take several times as long as the answer.
"""

import json
import os
from _socket import AF_UNIX, SOCK_STREAM, socket  # importing `socket` takes as long as asking
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from typing import Any, cast

import orchestra_core
from orchestra_core.daemon.daemon_files import Directory, daemon_socket, is_own_directory

_READ_AT_ONCE = 65_536

Answer = dict[str, Any]


def introduction(common_dir: Directory, environ: Mapping[str, str]) -> dict[str, object]:
    """Return who asks: its version of the code, its clone and its store.

    `environ` is read as `read_settings` does, whose imports take too long here.
    """
    url = environ.get("ORCHESTRA_REDIS_URL", "").strip()
    project = environ.get("ORCHESTRA_PROJECT", "").strip()
    return {
        "version": orchestra_core.__version__,
        "code": os.path.dirname(orchestra_core.__file__),
        "common_dir": os.fspath(common_dir),
        "store": [url, project] if url else [_state_dir(environ), project],
    }


def _state_dir(environ: Mapping[str, str]) -> str:
    base = environ.get("XDG_STATE_HOME", "")
    default = f"{base if os.path.isabs(base) else '~/.local/state'}/orchestra"
    named = environ.get("ORCHESTRA_STATE_DIR") or default
    return os.path.abspath(os.path.expanduser(named))


def ask_daemon(
    common_dir: Directory,
    question: Mapping[str, object],
    seconds: float,
    told: Callable[[str], object] | None = None,
) -> Answer | None:
    """Return the answer to a question; None where no daemon answers within `seconds`.

    With `told`, a command that begins within `seconds` may take any time; `told` is called with
    what it waits for.
    """
    place = daemon_socket(common_dir)
    if not is_own_directory(os.path.dirname(place)):
        return None
    if told is not None:
        question = {**question, "progress": True}
    line = json.dumps(question).encode() + b"\n"
    try:
        with closing(socket(AF_UNIX, SOCK_STREAM)) as connection:
            connection.settimeout(seconds)
            connection.connect(place)
            connection.sendall(line)
            return _read_answer(connection, told)
    except (OSError, ValueError):
        return None


def _read_answer(connection: socket, told: Callable[[str], object] | None) -> Answer | None:
    for line in _lines(connection):
        document: object = json.loads(line)
        if not isinstance(document, dict):
            return None
        answer = cast("Answer", document)
        if told is None or "waits_for" not in answer:
            return answer
        connection.settimeout(None)
        if answer["waits_for"]:
            told(f"waiting for {answer['waits_for']}")
    return None


def _lines(connection: socket) -> Iterator[bytearray]:
    received = bytearray()
    while part := connection.recv(_READ_AT_ONCE):
        received += part
        if b"\n" in part:
            *lines, received = received.split(b"\n")
            yield from lines
