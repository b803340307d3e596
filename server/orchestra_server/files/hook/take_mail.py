"""Takes a chamber's mail so that a kill at any moment loses none of it.

Mail is in `.INTERRUPT` in the chamber's root. A reader claims it under a lock, by renaming it to
`.INTERRUPT.<pid>.<ns>`. The claim stays until the text is printed; if its process dies before that,
the claim counts as mail again. `.INTERRUPT.for.<subagent>` is a copy for another reader in the
chamber.
"""

import fcntl
import os
import time

from orchestra_server.files.hook.find_reader import HOOKS, MAIL, Reader
from orchestra_server.files.hook.json_files import (
    Fields,
    Json,
    items_of,
    object_of,
    one_line,
    parse,
    quoted,
    read_file,
    read_json,
    remove,
    text,
    write_json,
)

READER_FILES = (".INTERRUPT.for.", ".INTERRUPT.delivered", ".orchestra-tmp-")
# Characters: a client moves longer context (above 10,000) to a file. The rest is delivered next
# time.
CONTEXT_LIMIT = 9_500
LOCK_TRIES, LOCK_PAUSE_S = 50, 0.005
CLAIM_AGE_S = 60  # older claims are abandoned, even if their process id is in use
READER_AGE_S = 3_600  # seconds after which a reader's files are removed


def letters_in(path: str) -> list[Fields]:
    """Return the letters in a mail file; any other text is one letter without an id."""
    raw = b""
    try:
        raw = read_file(path)
        letters = items_of(object_of(parse(raw)).get("interrupts"))
    except (OSError, ValueError):
        message = raw.decode("utf-8", "replace").strip()
        letters: list[Json] = [{"from": "a file", "message": message}] if message else []
    return [letter for letter in letters if isinstance(letter, dict)]


def waiting_mail(reader: Reader) -> list[str]:
    """Return the mail files that no hook is delivering: old claims, the mailbox, own copies."""
    claims = sorted(name for name in os.listdir(reader.root) if is_abandoned(reader, name))
    mailboxes = [reader.place(MAIL), *([reader.own_mail] if reader.memory else [])]
    return [*map(reader.place, claims), *filter(os.path.isfile, mailboxes)]


def is_abandoned(reader: Reader, name: str) -> bool:
    """Tell whether a file is a claim of a dead hook; remove readers' old files."""
    if name.startswith(READER_FILES) and age(reader.place(name)) > READER_AGE_S:
        remove(reader.place(name))
    numbers = name.removeprefix(f"{MAIL}.").split(".")
    if not name.startswith(f"{MAIL}.") or [number.isdecimal() for number in numbers] != [
        True,
        True,
    ]:
        return False
    try:
        os.kill(int(numbers[0]), 0)
    except PermissionError:
        return False
    except (OSError, OverflowError):
        return True
    return age(reader.place(name)) > CLAIM_AGE_S


def age(path: str) -> float:
    """Return the seconds since a file was changed, 0 if it does not exist."""
    try:
        return time.time() - os.lstat(path).st_mtime
    except FileNotFoundError:
        return 0.0


def lock(folder: str) -> int:
    """Lock a directory and return the descriptor; closing it, or the process's end, unlocks it.

    It polls, because importing the module signal, to bound one long wait, takes longer than most
    waits. Raises TimeoutError.
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


def take_mail(reader: Reader) -> tuple[list[Fields], list[str]]:
    """Claim as much mail as fits in one context; return the letters and their claims."""
    locked = lock(reader.root)
    claims, letters, copied = list[str](), list[Fields](), list[Fields]()
    for path in waiting_mail(reader):
        claim = reader.place(f"{MAIL}.{os.getpid()}.{time.time_ns()}")
        os.rename(path, claim)
        claims.append(claim)
        os.utime(claim, follow_symlinks=False)  # its age counts from now on
        claimed = letters_in(claim)
        ids = [letter.get("id") for letter in letters if letter.get("id")]
        letters += [letter for letter in claimed if letter.get("id") not in ids]
        copied += claimed if path != reader.own_mail else []
    rest: list[Json] = []
    while letters[1:] and len(mail_text(reader, letters)) > CONTEXT_LIMIT:
        rest.insert(0, letters.pop())
    if rest:
        write_json(reader.place(MAIL), {"for": reader.name, "interrupts": rest})
        leave_out(rest, claims)
    copy_to_other_readers(reader, [letter for letter in copied if letter in letters])
    os.close(locked)
    return letters, claims


def leave_out(rest: list[Json], claims: list[str]) -> None:
    """Remove from the claims what is not shown now: a claim becomes its letters' receipt."""
    for claim in claims:
        claimed = letters_in(claim)
        shown: list[Json] = [letter for letter in claimed if letter not in rest]
        if len(shown) < len(claimed):
            write_json(claim, {"interrupts": shown})


def copy_to_other_readers(reader: Reader, letters: list[Fields]) -> None:
    """Write copies of letters for the other subagents in this chamber."""
    folder = os.path.join(reader.main, HOOKS, "bindings")
    for name in os.listdir(folder) if letters and os.path.isdir(folder) else ():
        binding = read_json(os.path.join(folder, name))
        agent = text(binding.get("agent"))
        is_elsewhere = binding.get("chamber") != reader.root
        if is_elsewhere or binding.get("ended") or agent == reader.agent_id:
            continue
        sibling = Reader(reader.chamber, {"agent_id": agent}, name)
        unread = letters_in(sibling.own_mail)
        copies: list[Json] = [*unread, *(letter for letter in letters if letter not in unread)]
        write_json(sibling.own_mail, {"for": reader.name, "interrupts": copies})


def mail_text(reader: Reader, letters: list[Fields]) -> str:
    """Return letters as the worker reads them: sender, kind and time, then the quoted message.

    No line of a message can pass for Orchestra's own line or somebody else's message.
    """
    return "\n".join(
        f"Message from {field(letter, 'from') or 'an unnamed sender'} to the worker in chamber "
        f"{reader.name}, sent {field(letter, 'sent_at') or 'just now'} through Orchestra. "
        f"Asked of you: {field(letter, 'asks') or 'read this'}. The message, quoted line by line:"
        f"\n\n{quoted(text(letter.get('message')))}\n"
        for letter in letters
    )


def field(letter: Fields, name: str) -> str:
    """Return a field of a letter's head, reduced to one line because a file may hold anything."""
    return one_line(text(letter.get(name)), 200)
