"""A chamber's mailbox: `.INTERRUPT` in its root, one JSON document any agent can read.

Redis holds the state of an interrupt; this file announces it, and may be written again. Writers and
hooks take turns by locking the chamber's directory, which needs no extra file. A hook takes mail by
renaming it to `.INTERRUPT.<pid>.<ns>` and, after printing the text, moves that file away as its
receipt (`files/spool/receipts.py`).
"""

import os
import re
from collections.abc import Collection, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from orchestra_core.clock import iso_time
from orchestra_core.errors import Unavailable
from orchestra_core.models import OPERATOR, Interrupt, Requires
from orchestra_core.process.file_lock import locked_directory
from orchestra_server.files.atomic_write import write_atomically
from orchestra_server.files.chamber.link_check import require_own_directory

MAIL = ".INTERRUPT"
DELIVERED = ".INTERRUPT.delivered"  # shown to a reader, not yet acted on; one per reader
_CLAIM = re.compile(r"\.INTERRUPT\.\d+\.\d+")
_HOW_TO_ACKNOWLEDGE = (
    "Read the messages in order, then delete this file. Orchestra's hook does both by itself "
    "where the client runs hooks: it shows the text and takes the file away."
)


_ASKS: dict[Requires, str] = {
    "review": "read this, and adjust what you do next",
    "stop": "stop your work, and report what you have",
    "suspend": "start nothing until you are told to continue; no tool runs until then",
}


class Letter(Struct, frozen=True, kw_only=True):
    """One message in the file; `sent_at` is ISO 8601 in UTC."""

    id: str = ""
    sender: str = msgspec.field(default="", name="from")
    requires: str = "review"
    asks: str = ""  # what `requires` means
    sent_at: str = ""
    message: str


class MailFile(Struct, frozen=True, kw_only=True):
    """The whole file."""

    version: int = 1
    recipient: str = msgspec.field(default="", name="for")
    how_to_acknowledge: str = _HOW_TO_ACKNOWLEDGE
    interrupts: tuple[Letter, ...] = ()


class _Delivered(Struct, frozen=True, kw_only=True):
    ids: tuple[str, ...] = ()


def post(chamber_path: Path, interrupts: Sequence[Interrupt]) -> None:
    """Add `interrupts` to the chamber's unread mail, in order; those already there stay.

    Raises Unavailable if the chamber's directory cannot be written.
    """
    require_own_directory(chamber_path)
    try:
        with locked_directory(chamber_path):
            place = chamber_path / MAIL
            unread_mail = _read_mail(place)
            known_ids = set(_claimed_ids(chamber_path)) | _delivered_ids(chamber_path)
            known_ids |= {letter.id for letter in unread_mail}
            new = [interrupt for interrupt in interrupts if interrupt.id not in known_ids]
            if not new:
                return
            letters = (*unread_mail, *(letter_of(interrupt) for interrupt in new))
            _write_mail(place, new[0].chamber, letters)
    except OSError as fault:
        raise _unwritable(chamber_path, fault) from fault


def withdraw(chamber_path: Path, chamber: str, ids: Collection[str]) -> set[str]:
    """Take unread letters out of the mail of `chamber`; return their ids.

    Letters that a hook has taken are being read and stay with it. Raises Unavailable if the
    chamber's directory exists but cannot be written.
    """
    place = chamber_path / MAIL
    if not ids or not place.exists():
        return set()
    require_own_directory(chamber_path)
    try:
        with locked_directory(chamber_path):
            letters = _read_mail(place)
            withdrawn = {letter.id for letter in letters} & set(ids)
            remaining = tuple(letter for letter in letters if letter.id not in withdrawn)
            if withdrawn and remaining:
                _write_mail(place, chamber, remaining)
            elif withdrawn:
                place.unlink()
            return withdrawn
    except FileNotFoundError:
        return set()
    except OSError as fault:
        raise _unwritable(chamber_path, fault) from fault


def has_mail(chamber_path: Path) -> bool:
    """Whether there is unread mail that no hook has taken."""
    return (chamber_path / MAIL).exists()


def unread(chamber_path: Path) -> list[str]:
    """Return the ids of the mail that no hook has finished delivering, oldest first."""
    waiting = [letter.id for letter in _read_mail(chamber_path / MAIL)]
    return [identifier for identifier in (*_claimed_ids(chamber_path), *waiting) if identifier]


def mail_ids(chamber_path: Path) -> set[str]:
    """Return the ids of all mail: in the mailbox, held by a hook, or read last."""
    return {*unread(chamber_path), *_delivered_ids(chamber_path)}


def _write_mail(place: Path, chamber: str, letters: tuple[Letter, ...]) -> None:
    mail = MailFile(recipient=chamber, interrupts=letters)
    write_atomically(place, msgspec.json.format(msgspec.json.encode(mail), indent=2))


def _unwritable(chamber_path: Path, fault: OSError) -> Unavailable:
    return Unavailable(
        f"the mailbox of {chamber_path} cannot be written ({fault.strerror}); "
        "see that the directory is there and writable"
    )


def letter_of(interrupt: Interrupt) -> Letter:
    """Return a message as its worker gets it."""
    return Letter(
        id=interrupt.id,
        sender=_sender(interrupt),
        requires=interrupt.requires,
        asks=_ASKS[interrupt.requires],
        sent_at=iso_time(interrupt.sent_at),
        message=interrupt.message,
    )


def _sender(interrupt: Interrupt) -> str:
    """Return the sender: the agent that made a discovery, not the one that recorded it."""
    actor = interrupt.actor or OPERATOR
    if not interrupt.author:
        return actor
    if interrupt.author.endswith(f"-{actor}"):  # the chamber's worker wrote it itself
        return f"agent {interrupt.author}"
    return f"agent {interrupt.author}, whose discovery {actor} recorded,"


def _read_mail(place: Path) -> tuple[Letter, ...]:
    """Return the letters in a mail file; any other text becomes one letter without id."""
    try:
        descriptor = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            raw = file.read()
    except OSError:
        return ()
    try:
        return msgspec.json.decode(raw, type=MailFile).interrupts
    except (msgspec.DecodeError, UnicodeDecodeError):
        text = raw.decode("utf-8", "replace").strip()
        return (Letter(message=text, sender="a file"),) if text else ()


def _claimed_ids(chamber_path: Path) -> list[str]:
    claims = sorted(p for p in chamber_path.glob(f"{MAIL}.*") if _CLAIM.fullmatch(p.name))
    return [letter.id for claim in claims for letter in _read_mail(claim)]


def _delivered_ids(chamber_path: Path) -> set[str]:
    """Return the ids of mail that a reader was given, or that is ready as a copy for another."""
    copies = chamber_path.glob(f"{MAIL}.for.*")
    ids = {letter.id for copy in copies for letter in _read_mail(copy)}
    for memory in chamber_path.glob(f"{DELIVERED}*"):
        try:
            ids |= set(msgspec.json.decode(memory.read_bytes(), type=_Delivered).ids)
        except (OSError, msgspec.DecodeError):
            continue  # another hook was quicker
    return ids
