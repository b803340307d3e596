"""A file in the person's state directory, for what the room should remember."""

import os
from contextlib import suppress
from pathlib import Path


def keep_text(file: Path, text: str) -> None:
    """Replace a file atomically; if it cannot be written, the old content stays."""
    part = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8")
        part.replace(file)
    except OSError:
        with suppress(OSError):
            part.unlink()
