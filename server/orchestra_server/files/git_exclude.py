"""One marked block in the common `info/exclude`, which hides Orchestra's files in `git status`.

The file applies to the main checkout and every worktree (gitrepository-layout(5)); it is local to
the clone. It does not hide files that the project tracks, so callers do not write those.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from orchestra_core.errors import Unavailable
from orchestra_server.domain.chambers.orchestra_files import OWN_PATTERNS
from orchestra_server.files.atomic_write import write_atomically

_BEGIN = "# orchestra: begin (its own files; `orchestra init --undo` removes this)"
_END = "# orchestra: end"
_BLOCK = re.compile(rf"{re.escape(_BEGIN)}\n(?P<lines>.*?){re.escape(_END)}\n", re.DOTALL)

MCP_JSON = "/.mcp.json"
PATTERNS = OWN_PATTERNS


def exclude_file(common_dir: Path) -> Path:
    """Return the repository's own exclude file."""
    return common_dir / "info" / "exclude"


def ensure_excluded(common_dir: Path, patterns: Sequence[str] = PATTERNS) -> bool:
    """Add missing `patterns` to Orchestra's block; return whether the file was changed."""
    text = _read(common_dir)
    new = with_patterns(text, patterns)
    return _write(common_dir, text, new)


def forget_excluded(common_dir: Path) -> bool:
    """Remove Orchestra's block; return whether the file was changed."""
    text = _read(common_dir)
    return _write(common_dir, text, without_block(text))


def with_patterns(text: str, patterns: Sequence[str]) -> str:
    """Return an exclude file's text with a block that holds at least `patterns`."""
    block_match = _BLOCK.search(text)
    present = block_match["lines"].splitlines() if block_match else []
    missing = [pattern for pattern in patterns if pattern not in present]
    if not missing:
        return text
    block = "\n".join((_BEGIN, *present, *missing, _END)) + "\n"
    if block_match:
        return text[: block_match.start()] + block + text[block_match.end() :]
    separator = "\n" if text and not text.endswith("\n") else ""
    return text + separator + block


def without_block(text: str) -> str:
    """Return an exclude file's text without Orchestra's block."""
    return _BLOCK.sub("", text)


def _read(common_dir: Path) -> str:
    try:
        raw = exclude_file(common_dir).read_bytes()
    except FileNotFoundError:
        return ""
    except OSError as fault:
        raise _unavailable(common_dir, fault) from fault
    return raw.decode("utf-8", "surrogateescape")


def _write(common_dir: Path, before: str, after: str) -> bool:
    if before == after:
        return False
    path = exclude_file(common_dir)
    place = path.resolve() if path.is_symlink() else path
    try:
        place.parent.mkdir(exist_ok=True)
        mode = place.stat().st_mode & 0o777 if place.exists() else 0o644
        write_atomically(place, after.encode("utf-8", "surrogateescape"), mode)
    except OSError as fault:
        raise _unavailable(common_dir, fault) from fault
    return True


def _unavailable(common_dir: Path, fault: OSError) -> Unavailable:
    return Unavailable(
        f"{exclude_file(common_dir)} cannot be read or written ({fault.strerror}); "
        "Orchestra needs it to keep its files out of git status"
    )
