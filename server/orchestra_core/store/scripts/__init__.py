"""The Lua scripts that change and read the state; each file's header has its keys and answer."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

ScriptName = Literal[
    "change",
    "heartbeat",
    "heartbeats",
    "interrupt_stamp",
    "presence",
    "restore",
    "snapshot",
    "trim",
]


@dataclass(frozen=True, slots=True)
class Script:
    """A script's source, and the SHA-1 by which a server that has loaded it knows it (EVALSHA)."""

    name: ScriptName
    source: str
    sha: str


@cache
def script(name: ScriptName) -> Script:
    """Return a script by its file's name without `.lua`."""
    source = Path(__file__).with_name(f"{name}.lua").read_text(encoding="utf-8")
    digest = hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest()
    return Script(name, source, digest)
