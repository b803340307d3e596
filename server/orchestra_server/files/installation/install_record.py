"""The record of what `orchestra init` wrote, so that `--undo` removes exactly that.

It is in the repository's common git directory, readable only by its owner, because a file's former
content may hold secrets.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from orchestra_core.errors import BadInput
from orchestra_server.files.atomic_write import write_atomically

_PLACE = Path("orchestra", "installed.json")
_MODE = 0o600


class FileRecord(Struct, frozen=True, kw_only=True):
    """A file that was written: its former content, and the hash of its new one."""

    path: str
    before: bytes | None  # None: there was no file
    after: str  # SHA-256; "" if others had changed it, so that nothing can be put back
    written: str = ""  # SHA-256 of what was written last, whatever was there before


class InstallRecord(Struct, frozen=True, kw_only=True):
    """What was written into one working tree; `directories` are the new ones, outermost first."""

    files: tuple[FileRecord, ...] = ()
    directories: tuple[str, ...] = ()


_decoder = msgspec.json.Decoder(dict[str, InstallRecord])


def digest(data: bytes) -> str:
    """Return the hash that identifies a file's content."""
    return hashlib.sha256(data).hexdigest()


def read_record(common_dir: Path, root: Path) -> InstallRecord | None:
    """Return the record of one working tree; None if nothing is installed there."""
    return _read(common_dir).get(str(root))


def has_other_records(common_dir: Path, root: Path) -> bool:
    """Tell whether Orchestra is also installed in another working tree of the repository."""
    return bool(_read(common_dir).keys() - {str(root)})


def is_as_installed(common_dir: Path, path: Path) -> bool:
    """Tell whether a file is byte for byte as `orchestra init` left it."""
    files = (file for record in _read(common_dir).values() for file in record.files)
    wanted = next((file.written or file.after for file in files if file.path == str(path)), "")
    try:
        return bool(wanted) and digest(path.read_bytes()) == wanted
    except OSError:
        return False


def move_records(common_dir: Path, old_top: Path, new_top: Path) -> list[Path]:
    """Rewrite the records of working trees below `old_top` for `new_top`; return the new ones.

    Records already below `new_top` are returned too, so that a repeated call returns the same.
    """
    records = _read(common_dir)
    moved = {
        _moved(root, old_top, new_top): msgspec.structs.replace(
            record,
            files=tuple(
                msgspec.structs.replace(file, path=_moved(file.path, old_top, new_top))
                for file in record.files
            ),
            directories=tuple(
                _moved(directory, old_top, new_top) for directory in record.directories
            ),
        )
        for root, record in records.items()
    }
    if moved != records:
        _write(common_dir / _PLACE, moved)
    return [Path(root) for root in moved if Path(root).is_relative_to(new_top)]


def _moved(path: str, old_top: Path, new_top: Path) -> str:
    is_below = Path(path).is_relative_to(old_top)
    return str(new_top / Path(path).relative_to(old_top)) if is_below else path


def write_record(common_dir: Path, root: Path, record: InstallRecord | None) -> None:
    """Store a working tree's record, or remove it for None; the file goes with the last one."""
    records = {**_read(common_dir), str(root): record}
    remaining = {
        name: kept_record for name, kept_record in records.items() if kept_record is not None
    }
    place = common_dir / _PLACE
    if remaining:
        _write(place, remaining)
        return
    place.unlink(missing_ok=True)
    if place.parent.is_dir() and not any(place.parent.iterdir()):
        place.parent.rmdir()


def updated(
    record: InstallRecord | None,
    written: Mapping[Path, tuple[bytes | None, bytes]],
    directories: tuple[str, ...],
) -> InstallRecord:
    """Return the record with further files `written`: for each, its content before and after.

    A file that others changed since the last time has no former content to restore; its hash is
    left empty, and undo removes only Orchestra's part.
    """
    old = record or InstallRecord()
    files = {file.path: file for file in old.files}
    for path, (before, after) in written.items():
        entry = files.get(str(path))
        if entry is None:
            entry = FileRecord(path=str(path), before=before, after=digest(before or b""))
        ours = before is None or digest(before) == entry.after
        files[str(path)] = FileRecord(
            path=str(path),
            before=entry.before,
            after=digest(after) if ours else "",
            written=digest(after),
        )
    return InstallRecord(
        files=tuple(files.values()),
        directories=(*old.directories, *(d for d in directories if d not in old.directories)),
    )


def _read(common_dir: Path) -> dict[str, InstallRecord]:
    place = common_dir / _PLACE
    try:
        return _decoder.decode(place.read_bytes())
    except FileNotFoundError:
        return {}
    except msgspec.DecodeError as fault:
        raise BadInput(f"{place} cannot be read ({fault}); move it away and try again") from fault


def _write(place: Path, records: dict[str, InstallRecord]) -> None:
    place.parent.mkdir(exist_ok=True)
    data = msgspec.json.format(msgspec.json.encode(records), indent=2) + b"\n"
    write_atomically(place, data, _MODE, durable=True)
