"""Writes objects whose content is made here: all of them through one git process.

They go to `git unpack-objects` as a pack, whose form gitformat-pack(5) documents, and become loose
objects. Other commands want a file for each of them, or look for all that a tree names.
"""

import hashlib
import os
import re
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from orchestra_server.git.repository.repository import Repository

Kind = Literal["commit", "tree", "blob"]
_KINDS: Mapping[Kind, int] = {"commit": 1, "tree": 2, "blob": 3}
_VERSION = 2
_FAST = 1  # git compresses them again, as the repository says
_SHA1_DIGITS = 40
_NAME = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


@dataclass(frozen=True, slots=True)
class NewObject:
    """An object to write, with the name that its kind and content give it."""

    name: str
    kind: Kind
    content: bytes


def new_object(kind: Kind, content: bytes, some_name: str) -> NewObject:
    """Return an object for a repository in which another one has `some_name`."""
    whole = b"%s %d\0%s" % (kind.encode(), len(content), content)
    return NewObject(_hashed(whole, some_name).hex(), kind, content)


def is_object_name(text: str) -> bool:
    """Tell whether a text has the form of an object's whole name."""
    return _NAME.fullmatch(text) is not None


def write_objects(repo: Repository, objects: Sequence[NewObject]) -> None:
    """Write objects in this order; raises GitFailed.

    Git does not examine them: the caller makes what git would make.
    """
    if not objects:
        return
    pack = b"".join((
        b"PACK", struct.pack(">II", _VERSION, len(objects)),
        *(_header(new) + zlib.compress(new.content, _FAST) for new in objects),
    ))  # fmt: skip
    pack += _hashed(pack, objects[0].name)
    repo.git("unpack-objects", "-q", stdin=os.fsdecode(pack))


def _hashed(content: bytes, some_name: str) -> bytes:
    new_hash = hashlib.sha1 if len(some_name) == _SHA1_DIGITS else hashlib.sha256
    return new_hash(content).digest()


def _header(new: NewObject) -> bytes:
    """Return kind and size: four bits of the size, then seven in each byte, the lowest first."""
    size, header = len(new.content), bytearray()
    byte, size = _KINDS[new.kind] << 4 | size & 0x0F, size >> 4
    while size:
        header.append(byte | 0x80)
        byte, size = size & 0x7F, size >> 7
    header.append(byte)
    return bytes(header)
