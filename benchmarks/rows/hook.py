"""What every tool call of a worker waits for: the hook that looks for mail, and acts on it."""

import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.alternating import by_turns, command_ms
from benchmarks.places import a_place
from benchmarks.row import Aim, Benchmark, Budget, Comparison, comparison
from orchestra_server.files.chamber.mailbox import MAIL
from tests.support.hooks import HookedCheckout, Session, Subject, hooked_checkout, send

_FILLER = b"y" * 4_000
_CALL = {"tool_name": "Read", "tool_input": {"file_path": "/a"}, "filler": _FILLER.decode()}


def measure(budget: Budget) -> list[Comparison]:
    """Fire the commands of settings files as a client does, the whole shell line with its stdin."""
    with a_place() as place:
        checkout = hooked_checkout(place.directory / "shop", place.server.url)
        seconds = budget.seconds(10)
        return [*_without_mail(checkout, seconds), *_with_mail(checkout, seconds)]


def _without_mail(checkout: HookedCheckout, seconds: float) -> list[Comparison]:
    callers = (Session(checkout.chamber("quiet")), Session(checkout.main))
    fired = [_fires(caller, "PreToolUse") for caller in callers]
    *taken, floor = by_turns([*fired, _runs("/bin/true")], seconds)
    cases = ("no mail", "no mail, in the main checkout")
    return [
        comparison(case, "ms", samples, Aim(2), versus="/bin/true", against=floor)
        for case, samples in zip(cases, taken, strict=True)
    ]


def _with_mail(checkout: HookedCheckout, seconds: float) -> list[Comparison]:
    worker = Session(checkout.chamber("busy"))
    measures = [
        _with_letter(worker, "PostToolBatch"),
        _with_letter(worker, "PreToolUse"),
        _fires(worker, "PreToolUse", "guard"),
        _runs(sys.executable, "-I", "-S", "-c", "pass"),
    ]
    *taken, floor = by_turns(measures, seconds)
    cases = ("mail is shown and stamped in Redis", "mail denies a call", "the guard of a write")
    return [
        comparison(case, "ms", samples, Aim(3), versus="python3 -I -S -c pass", against=floor)
        for case, samples in zip(cases, taken, strict=True)
    ]


def _with_letter(worker: Session, event: str) -> Callable[[], float]:
    fire = _fires(worker, event)

    def measured() -> float:
        for left in worker.directory.glob(f"{MAIL}*"):
            left.unlink()
        send(worker.directory, "Use S256 only")
        return fire()

    return measured


def _fires(session: Session, event: str, subject: Subject = "mail") -> Callable[[], float]:
    (command,) = session.commands(event, subject)
    shell, stdin = ("/bin/sh", "-c", command), session.payload(event, _CALL)
    return lambda: command_ms(shell, session.directory, stdin=stdin)


def _runs(*command: str) -> Callable[[], float]:
    return lambda: command_ms(command, Path("/"), stdin=_FILLER)


ROW = Benchmark(
    "hook",
    "What each tool call of a worker waits for: without mail by a program that does nothing, "
    "with mail by an interpreter that does nothing.",
    measure,
)
