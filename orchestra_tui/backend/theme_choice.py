"""The theme the operator last chose in the room, kept in the state directory."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from orchestra_tui.backend.state_file import keep_text

_FILE = "theme.json"


class ThemeChoice:
    """A choice lasts until another one is made, or another theme is configured."""

    def __init__(self, state_dir: Path, configured: str) -> None:
        self._file = state_dir / _FILE
        self._configured = configured

    def load(self) -> str:
        """Return the theme to begin with, "" for the default one."""
        choice = self._read()
        if choice.get("configured", "") == self._configured:
            return str(choice.get("theme", "")) or self._configured
        return self._configured

    def keep(self, theme: str) -> None:
        """Save a choice; if it cannot be written, it holds only until the room closes."""
        text = json.dumps({"theme": theme, "configured": self._configured})
        keep_text(self._file, f"{text}\n")

    def _read(self) -> dict[str, Any]:
        with suppress(OSError, ValueError):
            choice: object = json.loads(self._file.read_text(encoding="utf-8"))
            if isinstance(choice, dict):
                return cast("dict[str, Any]", choice)
        return {}
