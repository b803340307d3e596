"""A hook killed between any two of its system calls loses no mail: it comes later, at most twice.

In the short form a fork of a loaded hook dies at each call from the one that reads stdin on; in the
full form the command of the settings file, from its interpreter's first call on.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from orchestra_core.store.store import Store
from tests.support.hooks.hooked_checkout import (
    HookedCheckout,
    Session,
    hooked_checkout,
    send,
    sent,
    take_in,
)
from tests.support.installed_coverage import coverage_environ
from tests.support.kills.killed_hook import DeathReport, Job, Round
from tests.support.proofs import FULL, Tally, scaled

ROOT = Path(__file__).resolve().parents[2]
MESSAGES = ("First of two", "Second of two")
Killing = Callable[..., tuple[Round, ...]]


@pytest.fixture
def checkout(tmp_path: Path) -> HookedCheckout:
    return hooked_checkout(tmp_path / "repo")


@pytest.fixture
def killed(tally: Tally) -> Killing:
    """Kill the hook of an event at each of its calls, with the mail that lies there now."""

    def kill(
        worker: Session, event: str, later: list[tuple[Session, str]], chamber: Path, every: int = 1
    ) -> tuple[Round, ...]:
        answer = asked(
            Job(
                chamber=str(chamber),
                project=str(worker.directory),
                event=worker.payload(event, {}).decode(),
                later=tuple(session.payload(call, {}).decode() for session, call in later),
                mail={path.name: path.read_text() for path in chamber.glob(".INTERRUPT*")},
                command=worker.commands(event)[0] if FULL else "",
                step=scaled(every, 1),
            )
        )
        # It has come a long way, and the last one to its end.
        assert len(answer.rounds) > scaled(40 // every, 300)
        tally(**{f"deaths at {answer.places}": len(answer.rounds) - 1})
        return answer.rounds

    return kill


def asked(job: Job) -> DeathReport:
    # Measured, it would die in the middle of what coverage does, and each fork write a file.
    measuring = coverage_environ()
    environ = {name: value for name, value in os.environ.items() if name not in measuring}
    ended = subprocess.run(
        [sys.executable, "-m", "tests.support.kills.killed_hook"],
        cwd=ROOT,
        env={**environ, "CLAUDE_PROJECT_DIR": job.project},
        input=msgspec.json.encode(job),
        capture_output=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr.decode()
    return msgspec.json.decode(ended.stdout, type=DeathReport)


def came(round_: Round, message: str) -> int:
    return sum(message in said for said in round_.said)


@pytest.mark.parametrize("event", ["PostToolBatch", "Stop"])
async def test_mail_survives_a_hook_killed_at_any_system_call(
    store: Store, tmp_path: Path, killed: Killing, event: str
) -> None:
    checkout = hooked_checkout(tmp_path / "repo", store.keys.project)
    worker = Session(checkout.chamber())
    await sent(store, worker.directory, *MESSAGES)
    for place, round_ in enumerate(killed(worker, event, [(worker, event)] * 3, worker.directory)):
        for message in MESSAGES:
            assert 1 <= came(round_, message) <= 2, (place, round_)
        assert round_.said[2:] == ("", ""), (place, round_)
        assert set(round_.left) <= {".INTERRUPT.delivered"}, (place, round_)
        assert {"i1 delivered", "i2 delivered"} <= set(round_.receipts), (place, round_)
    await take_in(store, checkout)
    stamped = (await store.snapshot()).interrupts.values()
    assert {interrupt.state for interrupt in stamped} <= {"delivered", "acted"}


def test_a_denying_hook_killed_at_any_system_call_neither_loses_nor_repeats_text(
    checkout: HookedCheckout, killed: Killing
) -> None:
    worker = Session(checkout.chamber())
    send(worker.directory, *MESSAGES)
    later = [(worker, "PostToolBatch")] * 2
    for place, round_ in enumerate(killed(worker, "PreToolUse", later, worker.directory)):
        for message in MESSAGES:
            assert [message in said for said in round_.said] == [False, True, False], place


def test_mail_over_the_limit_and_copies_for_a_second_reader_survive_too(
    checkout: HookedCheckout, killed: Killing
) -> None:
    auth = checkout.chamber()
    first_reader, second_reader = (checkout.subagent(name) for name in ("a-1", "a-2"))
    for agent in (first_reader, second_reader):
        agent.fire("PreToolUse", {"tool_input": {"path": f"{auth}/a"}}, "presence")
    long = tuple(f"{word} {'x' * 5_000}" for word in MESSAGES)
    send(auth, *long)
    later = [(first_reader, "PostToolBatch")] * 3 + [(second_reader, "PostToolBatch")] * 3
    for place, round_ in enumerate(killed(first_reader, "PostToolBatch", later, auth, 3)):
        for message in MESSAGES:
            counts = [message in said for said in round_.said]
            assert 1 <= sum(counts[:4]) <= 2, (place, counts)
            assert 1 <= sum(counts[4:]) <= 2, (place, counts)


def test_mail_is_marked_as_acted_on_although_the_hook_was_killed(
    checkout: HookedCheckout, killed: Killing
) -> None:
    worker = Session(checkout.chamber())
    send(worker.directory, "Hello")
    worker.fire("PostToolBatch")
    later = [(worker, "PreToolUse")]
    for place, round_ in enumerate(killed(worker, "PreToolUse", later, worker.directory)):
        assert "i1 acted" in round_.receipts, place
        assert round_.left == (), place
