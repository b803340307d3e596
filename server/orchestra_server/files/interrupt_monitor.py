"""The hook of a coding agent's client: shows a worker its mail and reports what the worker does.

Orchestra's entries in a settings file import it, so that Python keeps it compiled, and call `run`
with the client's JSON on stdin. With `interrupt_reader.py` it stands alone: standard library only
(pathlib would take as long as all the rest), and settings in the `.json` beside it. Whatever goes
wrong, it exits 0 in silence.

Mail lies in `.INTERRUPT` in the root of a chamber. Only its reader takes it, by renaming it under a
lock to `.INTERRUPT.<pid>.<ns>`; that stays until the text is printed, and a claim whose process has
died is mail again. `.INTERRUPT.for.<subagent>` is a copy for another reader in the same chamber.
What a reader was shown stands in `.INTERRUPT.delivered…` until its next call or the end of its
turn, which is when the interrupt counts as acted on. `.INTERRUPT.suspended` keeps every tool still.
"""

import fcntl
import os
import sys
import time

TYPE_CHECKING = False  # the module typing would cost more than it says
if TYPE_CHECKING:
    from orchestra_server.files.interrupt_reader import (
        HOOKS,
        MAIL,
        Fields,
        Json,
        Reader,
        dump,
        handle_presence,
        items_of,
        object_of,
        one_line,
        parse,
        read_file,
        read_json,
        remove,
        report,
        run_script,
        safe,
        text,
        write_json,
    )
else:
    from interrupt_reader import *

LEFT_BY_READERS = (".INTERRUPT.for.", ".INTERRUPT.delivered")
SETTINGS = "interrupt_monitor.json"
FOLDERS = ("worktrees", "workspaces")
NAME = "abcdefghijklmnopqrstuvwxyz0123456789._-"  # what a chamber's name is made of
BEFORE = " \t\r\n'\"=;("  # what may stand before a relative path in a command
# Characters; a client moves context above 10,000 to a file. What does not fit comes next time.
CONTEXT_LIMIT = 9_500
LOCK_TRIES, LOCK_PAUSE_S = 50, 0.005
CLAIM_AGE_S = 60  # a claim this old is nobody's, whatever runs under its process id now
READER_AGE_S = 3_600  # what a reader left this long ago, it does not come back for
SAME_BATCH_S = 5  # mail denied longer ago was denied in an earlier batch of calls
INFORMED = ("SessionStart", "UserPromptSubmit", "PostToolBatch", "PostToolUse")


def find_reader(own: Fields, hooks: str, payload: Fields) -> Reader | None:
    """Return who in a chamber has made a call, None for the conductor and anyone else."""
    root, cwd = text(own.get("root")), text(payload.get("cwd"))
    if own.get("mode") == "chamber":
        return Reader(own, payload)
    around = chamber_in(os.environ.get("CLAUDE_PROJECT_DIR", cwd) + "/", root, root)
    if around:  # a session begun in a chamber has its own hooks, unless the project's files forbid
        return None if around.get("own_hooks") else Reader(around, payload)
    agent = text(payload.get("agent_id"))
    if not agent:
        return bind_briefed(root, cwd, hooks, payload)
    memory = binding(hooks, agent)
    known = load_chamber(text(read_json(memory).get("chamber")))
    chamber = known or first_chamber(payload.get("tool_input"), root, cwd)
    if not known and chamber:
        write_json(memory, {"chamber": chamber["root"], "agent": agent})
    return Reader(chamber, payload, memory) if chamber else None


def binding(hooks: str, agent: str) -> str:
    """Return the file that says which chamber a subagent works in."""
    return os.path.join(hooks, "bindings", f"{safe(agent)}.json")


def bind_briefed(root: str, cwd: str, hooks: str, payload: Fields) -> Reader | None:
    """Return the subagent that the conductor has just started, bound by the briefing it gave."""
    started = object_of(payload.get("tool_response"))
    agent = text(started.get("agentId")) if started.get("status") == "async_launched" else ""
    chamber = first_chamber(payload.get("tool_input"), root, cwd) if agent else Fields()
    if not chamber:
        return None
    write_json(binding(hooks, agent), {"chamber": chamber["root"], "agent": agent})
    payload |= {"agent_id": agent, "hook_event_name": "SubagentStart"}
    return Reader(chamber, payload, binding(hooks, agent))


def first_chamber(value: Json, root: str, cwd: str) -> Fields:
    """Return the chamber of the first path in a tool's input that lies in one, {} for none."""
    if isinstance(value, str):
        return chamber_in(value, root, cwd)
    inner, nothing = (*object_of(value).values(), *items_of(value)), Fields()
    return next(filter(None, (first_chamber(item, root, cwd) for item in inner)), nothing)


def chamber_in(words: str, root: str, cwd: str) -> Fields:
    """Return the chamber that a path, or a command with paths in it, names first; {} for none."""
    at = words.find(".claude/work")
    while at >= 0:
        before, bases = words[max(0, at - 4_096) : at], list[str]()
        folder, _, rest = words[at + len(".claude/") :][:256].partition("/")
        name = rest[: len(rest) - len(rest.lstrip(NAME))].rstrip(".")
        for known in (root, os.path.realpath(root)):
            _, found, middle = before.rpartition(f"{known}/")
            bases += [os.path.join(known, middle)] if found else []
        relative = before.removesuffix("./")
        bases += [cwd] if not relative or relative[-1] in BEFORE else []
        for base in bases if name and folder in FOLDERS else ():
            chamber = load_chamber(os.path.join(base, ".claude/worktrees", name))
            if chamber:
                return chamber
        at = words.find(".claude/work", at + 1)
    return {}


def load_chamber(root: str) -> Fields:
    """Return the chamber at `root` where Orchestra has furnished one, else {}."""
    settings = read_json(os.path.join(root, HOOKS, SETTINGS)) if root else {}
    return {**settings, "root": root} if settings.get("mode") == "chamber" else {}


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


def handle_mail(event: str, reader: Reader) -> None:
    """Answer one event: deny, block or inform while there is mail, and note who went on."""
    if reader.takes_mail and event in ("PreToolUse", "SessionStart", reader.ends_by):
        note_acted(event, reader)
    if event == "PreToolUse":
        deny(reader)
    elif reader.takes_mail and event == reader.ends_by and deliver(event, reader):
        remove(reader.idle)
        report(reader, "working", since=time.time_ns() // 1_000_000)  # it goes on after all
    elif reader.takes_mail and event in INFORMED:
        deliver(event, reader)


def deny(reader: Reader) -> None:
    """Keep a tool from running while mail waits; the end of the batch shows the text.

    A client without an end of batches would be denied for ever: it gets the text the second time.
    """
    pause = read_suspension(reader)
    letters = [letter for path in waiting(reader) for letter in letters_in(path)]
    if not letters or not os.access(reader.root, os.W_OK):
        if pause:
            say("PreToolUse", pause)
        return
    memory = reader.place(HOOKS, "interrupt_monitor.denied")
    count = "a message is" if len(letters) == 1 else f"{len(letters)} messages are"
    reason = f"This call did not run, because {count} waiting for the worker in this chamber. "
    if not reader.takes_mail:
        reason += "It is for the agent that started you: report what you have, and end your turn."
    else:
        reason += "It follows at once; read it, then repeat the call if it still fits."
        if read_json(memory).get("id") != text(letters[0].get("id")):
            write_json(memory, {"id": text(letters[0].get("id"))})
        elif time.time() - os.stat(memory).st_mtime > SAME_BATCH_S:
            deliver("PreToolUse", reader)
            return
    say("PreToolUse", reason)


def read_suspension(reader: Reader) -> str:
    """Return why no tool of this chamber runs at the moment, "" when they do."""
    place = reader.place(f"{MAIL}.suspended")
    if not os.path.lexists(place):
        return ""
    pause = read_json(place)
    sender = text(pause.get("from")) or "the operator"
    words = one_line(text(pause.get("message")), 1_000)
    return (
        f"This call did not run: {sender} has suspended the work in chamber {reader.name}"
        f"{f' ({words})' if words else ''}. No tool runs here until it is resumed. "
        "Say where you stand and end your turn."
    )


def guard(reader: Reader, payload: Fields) -> None:
    """Deny a write that would land in the main checkout or another chamber, and name the place.

    A call that mail or a suspension stops anyway is left to them.
    """
    given, cwd = object_of(payload.get("tool_input")), text(payload.get("cwd"))
    named = text(given.get("file_path")) or text(given.get("notebook_path"))
    place, main = os.path.realpath(os.path.join(cwd, named)), os.path.realpath(reader.main)
    inside = [f"{place}/".startswith(f"{os.path.realpath(one)}/") for one in (main, reader.root)]
    if not named or not reader.main or inside != [True, False]:
        return
    settings = read_json(os.path.join(main, HOOKS, SETTINGS))
    if settings.get("isolation") is False or waiting(reader) or read_suspension(reader):
        return
    other = chamber_in(f"{place}/", main, main)
    whose = f"chamber {other.get('chamber')}" if other else "the main checkout"
    right = reader.place(os.path.relpath(place, text(other.get("root")) or main))
    say(
        "PreToolUse",
        f"This call did not run: {place} lies in {whose}, and you work in chamber {reader.name}. "
        f"Write to {right} instead.",
    )


def deliver(event: str, reader: Reader) -> bool:
    """Take the mail, print it, tell Redis; the claims go last, so that a kill loses nothing."""
    letters, claims = take(reader)
    if letters:
        say(event, shown(reader, letters))
    try:
        ids = [text(letter.get("id")) for letter in letters if text(letter.get("id"))]
        if ids:
            before = read_json(reader.delivered)
            kept = items_of(before.get("ids")) if before.get("reader") == reader.key else []
            write_json(reader.delivered, {"reader": reader.key, "ids": [*kept, *ids]})
            stamp(reader, ids, "delivered")
    finally:
        for claim in claims:
            os.unlink(claim)
    return bool(letters)


def note_acted(event: str, reader: Reader) -> None:
    """Stamp what this reader was given before: it has gone on since. A new session only forgets."""
    memory = read_json(reader.delivered)
    if memory and (memory.get("reader") == reader.key or event == "SessionStart"):
        remove(reader.delivered)
    if memory.get("reader") == reader.key:
        stamp(reader, list(map(text, items_of(memory.get("ids")))), "acted")


def say(event: str, words: str) -> None:
    """Print the answer to an event, so that it is out before anything is cleared away."""
    answer: Fields = {"decision": "block", "reason": words}
    if event == "PreToolUse":
        denied: Fields = {"permissionDecision": "deny", "permissionDecisionReason": words}
        answer = {"hookSpecificOutput": {"hookEventName": event, **denied}}
    elif event in INFORMED:
        answer = {"hookSpecificOutput": {"hookEventName": event, "additionalContext": words}}
    sys.stdout.write(dump(answer))
    sys.stdout.flush()


def stamp(reader: Reader, ids: list[str], state: str) -> None:
    """Stamp interrupts in Redis, or leave receipts for the next reconciliation."""
    at = time.time_ns() // 1_000_000
    calls = [[one, state, str(at), reader.name] for one in ids]
    if run_script(reader, "interrupt_stamp", calls):
        return
    for one in ids:
        place = reader.place(HOOKS, "receipts", f"{safe(one)}.{state}.json")
        write_json(place, {"interrupt_id": one, "state": state, "at": at})


def remember_ends(event: str, reader: Reader) -> None:
    """Remember which session is idle no more, and which subagents have ended."""
    if event != "Stop":
        remove(reader.idle)
    ended = event == "SubagentStop" and not waiting(reader)  # with mail, it will be made to go on
    if reader.memory and ended != bool(read_json(reader.memory).get("ended")):
        write_json(
            reader.memory, {"chamber": reader.root, "agent": reader.agent_id, "ended": ended}
        )


def run(subject: str) -> None:
    """Read the client's JSON and do what the subject says: mail, guard or presence."""
    try:
        payload = object_of(parse(sys.stdin.buffer.read()))
        hooks = os.path.dirname(os.path.abspath(__file__))
        own = read_json(os.path.join(hooks, SETTINGS))
        reader = find_reader(own, hooks, payload) if own else None
        event = text(payload.get("hook_event_name"))
        if reader is not None and subject == "mail":
            handle_mail(event, reader)
        elif reader is not None and subject == "guard":
            guard(reader, payload)
        elif reader is not None:
            handle_presence(event, reader, payload)
            remember_ends(event, reader)
    finally:  # a hook never fails a worker, whatever goes wrong
        os._exit(0)  # at once, and without a word about a pipe that was closed
