"""Finds changes hidden from git by `update-index --assume-unchanged` or `--skip-worktree`.

`git status` does not show them and `git add --all` skips them, so that a chamber with such a change
looks as if it held no work.
"""

import os
import struct
from collections.abc import Callable
from pathlib import Path

# gitformat-index(5): the header, the fixed part of an entry before its object id, and the flags.
_HEADER = struct.Struct(">4sLL")
_STATS = 40
_FLAGS = 2  # bytes
_ASSUMED = 0x80  # in the first one
_HIGH = 0x0F  # of the length of the name
_LONG = 0x0FFF  # that long, or longer
_PLAIN_VERSION = 2  # it has no flags for `--skip-worktree` and `add --intent-to-add`
_SPLIT = b"link"  # the extension of an index whose entries are mostly in another file


def hides_changes(index: Path, id_bytes: int) -> bool:
    """Tell whether an index may have flags set by the user, which no tree can hold.

    `id_bytes` is the length of an object id.
    """
    if not index.exists():
        return False
    content = index.read_bytes()
    _, version, count = _HEADER.unpack_from(content)
    return version != _PLAIN_VERSION or _SPLIT in content or _is_assumed(content, count, id_bytes)


def unhide_changes(worktree: Path, git: Callable[..., str]) -> None:
    """Clear the flags in a copied index, so that it shows every change; `git` runs on that copy."""
    lines = git("ls-files", "-v", "-z").split("\0")[:-1]
    assumed = [line[2:] for line in lines if line[0].islower()]
    skipped = [
        line[2:] for line in lines if line[0] in "sS" and os.path.lexists(worktree / line[2:])
    ]
    for flag, names in (("--no-assume-unchanged", assumed), ("--no-skip-worktree", skipped)):
        if names:
            stdin = "".join(f"{name}\0" for name in names)
            git("update-index", flag, "-z", "--stdin", stdin=stdin)


def _is_assumed(content: bytes, count: int, id_bytes: int) -> bool:
    """Read the flags of each entry; an entry ends with its name, padded with NUL to eight bytes.

    This is as plain as it can be: a landing reads the entries of all its worktrees.
    """
    before = _STATS + id_bytes
    at = _HEADER.size + before  # of the flags: the first byte has the one that is looked for
    for _ in range(count):
        high = content[at]
        if high & _ASSUMED:
            return True
        length = (high & _HIGH) << 8 | content[at + 1]
        if length == _LONG:
            length = content.index(b"\0", at + _FLAGS) - at - _FLAGS
        at += (before + _FLAGS + length) // 8 * 8 + 8
    return False
