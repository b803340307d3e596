"""Which theme the operator chose in the room last, kept in the state directory."""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

_FILE = "theme.json"


class ThemeChoice:
    """A choice lasts until another one is made, or another theme is configured."""

    def __init__(self, state_dir: Path, configured: str) -> None:
        self._file = state_dir / _FILE
        self._configured = configured

    def load(self) -> str:
        """Return the theme to begin with, "" for the usual one."""
        kept = self._read()
        if kept.get("configured", "") == self._configured:
            return str(kept.get("theme", "")) or self._configured
        return self._configured

    def keep(self, theme: str) -> None:
        """Keep a choice; where that cannot be written it holds only for now."""
        text = json.dumps({"theme": theme, "configured": self._configured})
        part = self._file.with_name(f"{_FILE}.{os.getpid()}")
        with suppress(OSError):
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            part.write_text(f"{text}\n", encoding="utf-8")
            part.replace(self._file)

    def _read(self) -> dict[str, Any]:
        with suppress(OSError, ValueError):
            kept: object = json.loads(self._file.read_text(encoding="utf-8"))
            if isinstance(kept, dict):
                return cast("dict[str, Any]", kept)
        return {}
