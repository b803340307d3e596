"""Imports the store's libraries without the parts it never uses, for long-running processes.

Those parts are telemetry, and `importlib.metadata` with its parsers of e-mail and archives, which
redis-py only asks for its own version.
"""

import importlib
import importlib.util
import sys
from contextlib import suppress
from pathlib import Path
from types import ModuleType

from orchestra_core.process.lean_import import all_or_nothing, hidden

_METADATA = "importlib.metadata"
_TELEMETRY = "opentelemetry"
_BACKPORTS = "typing_extensions"  # everything redis-py uses of it is in Python 3.11


def import_redis_lean() -> None:
    """Import redis-py; call it before other threads run.

    If redis-py cannot be imported this way, it is imported later, as usual.
    """
    if _METADATA in sys.modules:
        stand_in = None
    else:
        stand_in = sys.modules[_METADATA] = _metadata()
        setattr(importlib, "metadata", stand_in)  # noqa: B010 - types know no such attribute
    try:
        with (
            suppress(Exception),
            hidden(_TELEMETRY, _BACKPORTS),
            all_or_nothing("msgspec", "redis"),
        ):
            importlib.import_module("msgspec")
            importlib.import_module("redis.asyncio")
    finally:
        if stand_in is not None:
            del sys.modules[_METADATA]
            delattr(importlib, "metadata")


def _metadata() -> ModuleType:
    """Return a stand-in for importlib.metadata that reads versions from the names of folders."""

    class PackageNotFoundError(ModuleNotFoundError):
        """A package is not installed, or has no metadata folder."""

    def version(name: str) -> str:
        spec = importlib.util.find_spec(name)
        for place in (spec.submodule_search_locations or ()) if spec else ():
            for folder in Path(place).parent.glob(f"{name}-*.dist-info"):
                return folder.name.removesuffix(".dist-info").rpartition("-")[2]
        raise PackageNotFoundError(name)

    metadata = ModuleType(_METADATA)
    vars(metadata).update(PackageNotFoundError=PackageNotFoundError, version=version)
    return metadata
