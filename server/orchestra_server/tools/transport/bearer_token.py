"""The bearer token of the HTTP server: made once, kept where only its owner can read it."""

import os
import secrets
import stat
from pathlib import Path

from orchestra_core.errors import Unavailable

FILE_NAME = "http-token"
_OWNER_ONLY = 0o600
_SHORTEST = 32


def token_file(state_dir: Path) -> Path:
    """Return where the token stands."""
    return state_dir / FILE_NAME


def read_or_make_token(state_dir: Path) -> str:
    """Return the token, made on first use; raises Unavailable when it is not kept privately."""
    path = token_file(state_dir)
    try:
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            return _make(path)
        except FileExistsError:
            return _read(path)
    except OSError as error:
        raise Unavailable(
            f"the token file {path} cannot be used ({error.strerror}); check the directory's owner"
        ) from error


def _make(path: Path) -> str:
    """Write a new token in one step: whoever finds the file finds it whole."""
    token = secrets.token_urlsafe(32)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(token + "\n")
        path.hardlink_to(draft)
    finally:
        draft.unlink()
    return token


def _read(path: Path) -> str:
    facts = path.lstat()
    private = stat.S_ISREG(facts.st_mode) and not stat.S_IMODE(facts.st_mode) & 0o077
    if not private or facts.st_uid != os.getuid():
        raise Unavailable(
            f"the token file {path} can be read by others; remove it and start again for a new one"
        )
    token = path.read_text(encoding="ascii", errors="replace").strip()
    if len(token) < _SHORTEST:
        raise Unavailable(f"the token file {path} holds no token; remove it and start again")
    return token
