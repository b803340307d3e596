"""What every tool call of a worker waits for: the hook that looks for mail, and acts on it."""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks.figures.measure import by_turns, command_cpu_ms, command_ms
from benchmarks.figures.row import Aim, Benchmark, Comparison, SampleBudget, comparison
from benchmarks.projects.places import a_place
from orchestra_server.files.chamber.mailbox import MAIL
from orchestra_server.files.spool.spool_folder import SPOOL_IN_GIT
from tests.support.hooks.hooked_checkout import (
    HookedCheckout,
    Session,
    Subject,
    hooked_checkout,
    send,
)

_FILLER = b"y" * 4_000
_LARGE = 1_000_000
_READING = ("/bin/sh", "-c", "exec cat >/dev/null")
_CALL = {"tool_name": "Read", "tool_input": {"file_path": "/a"}, "filler": _FILLER.decode()}


def measure(budget: SampleBudget) -> list[Comparison]:
    """Fire the commands of settings files as a client does, the whole shell line with its stdin."""
    with a_place() as place:
        checkout = hooked_checkout(place.directory / "shop")
        seconds = budget.seconds(10)
        return [
            *_without_mail(checkout, seconds),
            *_processor(checkout, seconds),
            *_with_mail(checkout, seconds),
        ]


def _without_mail(checkout: HookedCheckout, seconds: float) -> list[Comparison]:
    callers = (Session(checkout.chamber("quiet")), Session(checkout.main))
    fired = [_fires(caller, "PreToolUse") for caller in callers]
    *taken, floor = by_turns([*fired, _runs("/bin/true")], seconds)
    cases = ("no mail", "no mail, in the main checkout")
    return [
        comparison(case, "ms", samples, Aim(2), versus="/bin/true", against=floor)
        for case, samples in zip(cases, taken, strict=True)
    ]


def _processor(checkout: HookedCheckout, seconds: float) -> list[Comparison]:
    """Measure the processor that all hooks of one event take, which workers share."""
    worker = Session(checkout.chamber("quiet"))
    large = {**_CALL, "filler": "y" * _LARGE}
    measures = [
        *(_uses(worker, event, _CALL) for event in ("PreToolUse", "PostToolUse")),
        lambda: command_cpu_ms(("/bin/true",), Path("/"), _FILLER),
        _uses(worker, "PostToolUse", large),
        lambda: command_cpu_ms(_READING, Path("/"), worker.payload("PostToolUse", large)),
    ]
    *taken, floor, of_large, reading = by_turns(measures, seconds)
    cases = ("processor, before a tool", "processor, after a tool")
    large_case = "processor, after a tool with 1 MB of output"
    return [
        *(
            comparison(case, "ms", samples, Aim(3), versus="/bin/true", against=floor)
            for case, samples in zip(cases, taken, strict=True)
        ),
        comparison(large_case, "ms", of_large, Aim(2), versus="sh that reads it", against=reading),
    ]


def _uses(session: Session, event: str, fields: Mapping[str, object]) -> Callable[[], float]:
    (command,) = session.commands(event, "presence")
    stdin = session.payload(event, fields)

    def measured() -> float:
        shell, client = ("/bin/sh", "-c", command), {"CLAUDE_PID": str(os.getpid())}
        taken = command_cpu_ms(shell, session.directory, stdin, client)
        for report in (session.directory.parents[2] / ".git" / SPOOL_IN_GIT).glob("*.*Use.*"):
            report.unlink()  # as whoever takes it in
        return taken

    return measured


def _with_mail(checkout: HookedCheckout, seconds: float) -> list[Comparison]:
    worker = Session(checkout.chamber("busy"))
    measures = [
        _with_letter(worker, "PostToolBatch"),
        _with_letter(worker, "PreToolUse"),
        _fires(worker, "PreToolUse", "guard"),
        _runs(sys.executable, "-I", "-S", "-c", "pass"),
    ]
    *taken, floor = by_turns(measures, seconds)
    cases = ("mail is shown, and its receipt left", "mail denies a call", "the guard of a write")
    return [
        comparison(case, "ms", samples, Aim(3), versus="python -I -S -c pass", against=floor)
        for case, samples in zip(cases, taken, strict=True)
    ]


def _with_letter(worker: Session, event: str) -> Callable[[], float]:
    fire = _fires(worker, event)

    def measured() -> float:
        for mail in worker.directory.glob(f"{MAIL}*"):
            mail.unlink()
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
