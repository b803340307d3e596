"""The bearer token of the HTTP server: made once, readable only by its owner."""

import os
import secrets
import stat
from pathlib import Path

from orchestra_core.errors import Unavailable

FILE_NAME = "http-token"
_OWNER_ONLY = 0o600
_TOKEN_LENGTH_MIN = 32


def token_file(state_dir: Path) -> Path:
    """Return the path of the token's file."""
    return state_dir / FILE_NAME


def read_or_make_token(state_dir: Path) -> str:
    """Return the token, made on first use; raises Unavailable if others can read it."""
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
    """Write a new token atomically: no reader sees a partial file."""
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
    status = path.lstat()
    private = stat.S_ISREG(status.st_mode) and not stat.S_IMODE(status.st_mode) & 0o077
    if not private or status.st_uid != os.getuid():
        raise Unavailable(
            f"the token file {path} can be read by others; remove it and start again for a new one"
        )
    token = path.read_text(encoding="ascii", errors="replace").strip()
    if len(token) < _TOKEN_LENGTH_MIN:
        raise Unavailable(f"the token file {path} holds no token; remove it and start again")
    return token
