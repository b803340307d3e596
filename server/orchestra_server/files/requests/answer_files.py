"""Answers for the hooks that wait for them, in `orchestra/requests` of the git directory.

A waiting hook has a bell there, a pipe that it reads from: if the bell is gone or has no reader,
nobody waits any more. An answer is written before the bell rings, so that a hook that looks by
itself finds it too; writing it twice changes nothing.
"""

import errno
import os
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from orchestra_core.models import WorkerRequest
from orchestra_server.files.atomic_write import write_atomically
from orchestra_server.files.hook.requests.ask_operator import ANSWER, BELL, REQUESTS

REQUESTS_IN_GIT = Path("orchestra", REQUESTS)
_OWNER_ONLY = 0o600


class AnswerFile(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An answer in the form the hook reads; `withdrawn` ends the hook without an answer."""

    answer: str  # allow, deny, choose or withdrawn
    by: str = ""
    words: str = ""
    choices: tuple[str, ...] = ()


def post_answer(common_dir: Path, request: WorkerRequest) -> bool:
    """Give a request's answer, or its end, to the waiting hook; return whether one waits."""
    if request.is_open or not is_waiting(common_dir, request.id):
        return False
    answer = "withdrawn" if request.answer is None else request.answer
    return _post(
        common_dir,
        request.id,
        AnswerFile(
            answer="allow" if answer == "allow-like" else answer,
            by=request.answered_by,
            words=request.words,
            choices=request.choices,
        ),
    )


def end_waiting(common_dir: Path, request_id: str) -> None:
    """End a hook whose request cannot be recorded, so that its client asks by itself."""
    if is_waiting(common_dir, request_id):
        _post(common_dir, request_id, AnswerFile(answer="withdrawn"))


def is_waiting(common_dir: Path, request_id: str) -> bool:
    """Tell whether a hook waits for the answer; remove what a killed hook has left."""
    try:
        descriptor = open_bell(common_dir, request_id)
    except OSError:
        return False
    if descriptor is None:
        return False
    os.close(descriptor)
    return True


def open_bell(common_dir: Path, request_id: str) -> int | None:
    """Return a descriptor that rings a hook and shows its end; None if no hook waits.

    Raises OSError.
    """
    bell = _place(common_dir, request_id, BELL)
    try:
        return os.open(bell, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    except OSError as fault:
        if fault.errno != errno.ENXIO:  # nobody reads from it
            raise
        bell.unlink(missing_ok=True)
        _place(common_dir, request_id, ANSWER).unlink(missing_ok=True)
        return None


def waiting_ids(common_dir: Path) -> list[str]:
    """Return the ids of requests that hooks wait for, or waited for until they were killed."""
    return sorted(waiting_since(common_dir))


def waiting_since(common_dir: Path) -> dict[str, float]:
    """Return the same ids, with the times (s since 1970) at which their hooks began to wait."""
    ending = f".{BELL}"
    times = dict[str, float]()
    with suppress(OSError), os.scandir(common_dir / REQUESTS_IN_GIT) as entries:
        for entry in entries:
            if entry.name.endswith(ending):
                with suppress(FileNotFoundError):
                    times[entry.name.removesuffix(ending)] = entry.stat().st_ctime
    return times


def remove_left_answers(common_dir: Path) -> None:
    """Remove answers without a bell: those that were written again while their hook ended."""
    for answer in (common_dir / REQUESTS_IN_GIT).glob(f"*.{ANSWER}"):
        if not answer.with_suffix(f".{BELL}").exists():
            answer.unlink(missing_ok=True)


def _post(common_dir: Path, request_id: str, answer: AnswerFile) -> bool:
    place = _place(common_dir, request_id, ANSWER)
    write_atomically(place, msgspec.json.encode(answer), _OWNER_ONLY)
    descriptor = open_bell(common_dir, request_id)
    if descriptor is None:  # the hook has ended meanwhile
        place.unlink(missing_ok=True)
        return False
    try:
        os.write(descriptor, b"\n")
    except OSError:  # full: the bell was already rung
        pass
    finally:
        os.close(descriptor)
    return True


def _place(common_dir: Path, request_id: str, ending: str) -> Path:
    return common_dir / REQUESTS_IN_GIT / f"{request_id}.{ending}"
