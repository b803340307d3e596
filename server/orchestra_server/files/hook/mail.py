"""The mailbox of a chamber, taken so that a death at any moment loses nothing.

Mail lies in `.INTERRUPT` in the chamber's root. Only its reader takes it, by renaming it under a
lock to `.INTERRUPT.<pid>.<ns>`; that stays until the text is printed, and a claim whose process has
died is mail again. `.INTERRUPT.for.<subagent>` is a copy for another reader in the same chamber.
"""

import fcntl
import os
import time

from orchestra_server.files.hook.mail_reader import HOOKS, MAIL, Reader
from orchestra_server.files.hook.plain_files import (
    Fields,
    Json,
    items_of,
    object_of,
    parse,
    read_file,
    read_json,
    remove,
    text,
    write_json,
)

LEFT_BY_READERS = (".INTERRUPT.for.", ".INTERRUPT.delivered", ".orchestra-tmp-")
# Characters; a client moves context above 10,000 to a file. What does not fit comes next time.
CONTEXT_LIMIT = 9_500
LOCK_TRIES, LOCK_PAUSE_S = 50, 0.005
CLAIM_AGE_S = 60  # a claim this old is nobody's, whatever runs under its process id now
READER_AGE_S = 3_600  # what a reader left this long ago, it does not come back for


def letters_in(path: str) -> list[Fields]:
    """Return the letters of a mail file; a text that is not ours is one letter without an id."""
    raw = b""
    try:
        raw = read_file(path)
        letters = items_of(object_of(parse(raw)).get("interrupts"))
    except (OSError, ValueError):
        words = raw.decode("utf-8", "replace").strip()
        letters: list[Json] = [{"from": "a file", "message": words}] if words else []
    return [letter for letter in letters if isinstance(letter, dict)]


def waiting(reader: Reader) -> list[str]:
    """Return the mail that nobody is delivering: claims of the dead, the mailbox, own copies."""
    claims = sorted(name for name in os.listdir(reader.root) if is_left(reader, name))
    found = [reader.place(MAIL), *([reader.own_mail] if reader.memory else [])]
    return [*map(reader.place, claims), *filter(os.path.isfile, found)]


def is_left(reader: Reader, name: str) -> bool:
    """Say whether a file is a claim whose hook died; what dead readers left is removed."""
    if name.startswith(LEFT_BY_READERS) and age(reader.place(name)) > READER_AGE_S:
        remove(reader.place(name))
    numbers = name.removeprefix(f"{MAIL}.").split(".")
    if not name.startswith(f"{MAIL}.") or [one.isdecimal() for one in numbers] != [True, True]:
        return False
    try:
        os.kill(int(numbers[0]), 0)
    except PermissionError:
        return False
    except (OSError, OverflowError):
        return True
    return age(reader.place(name)) > CLAIM_AGE_S


def age(path: str) -> float:
    """Return for how many seconds a file has been as it is; 0 for one that is gone."""
    try:
        return time.time() - os.lstat(path).st_mtime
    except FileNotFoundError:
        return 0.0


def lock(folder: str) -> int:
    """Return a lock on a directory, held until it is closed or this process ends.

    The module signal, which could end a single wait, takes longer to import than most waits are.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    for _ in range(LOCK_TRIES):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(LOCK_PAUSE_S)
        else:
            return descriptor
    raise TimeoutError


def take(reader: Reader) -> tuple[list[Fields], list[str]]:
    """Take the mail, as much as one context holds; return it with the files that held it."""
    locked = lock(reader.root)
    claims, letters, shared = list[str](), list[Fields](), list[Fields]()
    for path in waiting(reader):
        claim = reader.place(f"{MAIL}.{os.getpid()}.{time.time_ns()}")
        os.rename(path, claim)
        claims.append(claim)
        os.utime(claim, follow_symlinks=False)  # its age counts from now
        found = letters_in(claim)
        known = [letter.get("id") for letter in letters if letter.get("id")]
        letters += [letter for letter in found if letter.get("id") not in known]
        shared += found if path != reader.own_mail else []
    rest: list[Json] = []
    while letters[1:] and len(shown(reader, letters)) > CONTEXT_LIMIT:
        rest.insert(0, letters.pop())
    if rest:
        write_json(reader.place(MAIL), {"for": reader.name, "interrupts": rest})
    share(reader, [letter for letter in shared if letter in letters])
    os.close(locked)
    return letters, claims


def share(reader: Reader, letters: list[Fields]) -> None:
    """Leave copies of letters for the other subagents that work in this chamber."""
    folder = os.path.join(reader.main, HOOKS, "bindings")
    for name in os.listdir(folder) if letters and os.path.isdir(folder) else ():
        bound = read_json(os.path.join(folder, name))
        agent = text(bound.get("agent"))
        if bound.get("chamber") != reader.root or bound.get("ended") or agent == reader.agent_id:
            continue
        other = Reader(reader.chamber, {"agent_id": agent}, name)
        before = letters_in(other.own_mail)
        copies: list[Json] = [*before, *(letter for letter in letters if letter not in before)]
        write_json(other.own_mail, {"for": reader.name, "interrupts": copies})


def shown(reader: Reader, letters: list[Fields]) -> str:
    """Return letters as the worker reads them: the facts, then the words of the sender."""
    return "\n".join(
        f"Message from {text(letter.get('from')) or 'the operator'} to the worker in chamber "
        f"{reader.name}, sent {text(letter.get('sent_at')) or 'just now'} through Orchestra. "
        f"Asked of you: {text(letter.get('asks')) or 'read this'}.\n\n"
        f"{text(letter.get('message'))}\n"
        for letter in letters
    )
