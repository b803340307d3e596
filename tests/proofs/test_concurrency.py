"""Twenty processes call at once: what is left equals some order of their calls."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from orchestra_core.events import Event
from orchestra_core.settings import Settings
from orchestra_core.store.store import Store
from tests.support.conductor.tasks import a_started_task
from tests.support.git.repositories import small_repository
from tests.support.kills.invariants import check_store
from tests.support.kills.kill_driver import Outcome
from tests.support.kills.killed_calls import Driver, PreparedProject
from tests.support.proofs import Tally, scaled

Call = tuple[str, Mapping[str, object]]
_ROUNDS = scaled(1, 12)
_AGENT = "implementation-executor-auth"


@pytest.fixture
def prepared(driver: Driver, store: Store, settings: Settings, tmp_path: Path) -> PreparedProject:
    return PreparedProject(store, settings, small_repository(tmp_path / "shop"), driver)


async def at_once(prepared: PreparedProject, calls: list[Call]) -> list[Outcome]:
    """Make the calls each in a process of its own; every one ends with a reply or one line."""
    requests = [prepared.request(verb, arguments) for verb, arguments in calls]
    outcomes = await prepared.driver.at_once(requests)
    for (verb, _), outcome in zip(calls, outcomes, strict=True):
        assert not outcome.killed, verb
        assert not outcome.unexpected, f"{verb}: {outcome.error}"
        assert "\n" not in outcome.error
    await check_store(prepared.store)
    return outcomes


def of(verb: str, calls: list[Call], outcomes: list[Outcome]) -> list[dict[str, object]]:
    """Return the replies to the calls of a verb that went through."""
    pairs = zip(calls, outcomes, strict=True)
    return [outcome.reply for (name, _), outcome in pairs if name == verb and not outcome.error]


async def test_the_calls_of_twenty_processes_are_linearizable(
    prepared: PreparedProject, tally: Tally
) -> None:
    calls_made = 0
    refused = 0
    for number in range(_ROUNDS):
        task_id = await a_started_task(prepared.context(), f"Add part {number}")
        beginning = making(task_id, number)
        outcomes = await at_once(prepared, beginning)
        refused += sum(bool(outcome.error) for outcome in outcomes)
        events = [event for event in await prepared.store.events() if event.task_id == task_id]
        check_made(beginning, outcomes, events)

        written = write_in_chambers(prepared, number)
        assert set(written) == {event.chamber for event in events if event.chamber}
        ending = completing(task_id)
        outcomes = await at_once(prepared, ending)
        refused += sum(bool(outcome.error) for outcome in outcomes)
        check_completed(prepared, ending, outcomes, [f"{name}-{number}.txt" for name in written])
        calls_made += len(beginning) + len(ending)
    tally(calls=calls_made, refused=refused, rounds=_ROUNDS)


def making(task_id: str, number: int) -> list[Call]:
    """Return twenty calls that start, make chambers and record, many of them the same."""
    other: Call = ("start_task", {"description": f"Another request {number}"})
    batches = (["auth", "api"], ["auth", "api"], ["auth", "api"], ["api", "db"], ["db"], ["auth"])
    created: list[Call] = [
        ("create_chambers_batch", {"task_id": task_id, "chamber_names": names}) for names in batches
    ]
    recorded: list[Call] = [
        (
            "record_agent_action",
            {"task_id": task_id, "agent_id": _AGENT, "action": f"step {step}", "result": ""},
        )
        for step in range(7)
    ]
    shared: list[Call] = [
        (
            "share_discovery",
            {
                "task_id": task_id,
                "agent_id": "conductor",
                "discovery": "Tokens expire",
                "severity": "critical",
            },
        )
    ] * 3
    return [other, *created, *recorded, other, *shared, other]


def check_made(calls: list[Call], outcomes: list[Outcome], events: list[Event]) -> None:
    started = of("start_task", calls, outcomes)
    assert len({str(reply["task_id"]) for reply in started}) == 1
    assert sorted(bool(reply["already_open"]) for reply in started) == [False, True, True]

    new = Counter[str]()
    for reply in of("create_chambers_batch", calls, outcomes):
        names = [name for name in ("auth", "api", "db") if f"'name': '{name}'" in str(reply)]
        new.update(names if not reply["already_live"] else [])
    created = Counter(event.chamber for event in events if event.kind == "chamber.created")
    assert new == created, "who was told of a new chamber is not who made it"
    assert set(created.values()) == {1}

    recorded = of("record_agent_action", calls, outcomes)
    assert sorted(str(reply["actions"]) for reply in recorded) == [str(n) for n in range(1, 8)]

    shared = of("share_discovery", calls, outcomes)
    assert sorted(bool(reply["repeated"]) for reply in shared) == [False, True, True]
    assert sum(event.kind == "discovery.shared" for event in events) == 1


def write_in_chambers(prepared: PreparedProject, number: int) -> list[str]:
    """Write a file into each chamber, and return the names of the chambers.

    One may be missing: once `auth` and `db` are made alone, each batch with `api` is refused.
    """
    chambers = list(prepared.main.path.joinpath(".claude/worktrees").iterdir())
    for chamber in chambers:
        (chamber / f"{chamber.name}-{number}.txt").write_text(f"{chamber.name} {number}\n")
    return [chamber.name for chamber in chambers]


def completing(task_id: str) -> list[Call]:
    """Return twenty calls that record, interrupt, close, restore and complete."""
    done: list[Call] = [("complete_task", {"task_id": task_id, "summary": "All of it"})] * 6
    closed: list[Call] = [("close_chamber", {"task_id": task_id, "chamber": "auth"})] * 3
    told: list[Call] = [
        ("interrupt_worker", {"task_id": task_id, "chamber": name, "message": "Look"})
        for name in ("auth", "api", "db", "api")
    ]
    recorded: list[Call] = [
        (
            "record_agent_action",
            {"task_id": task_id, "agent_id": _AGENT, "action": f"late {step}", "result": ""},
        )
        for step in range(7)
    ]
    return [*recorded[:3], *closed[:2], *done[:3], *told, *recorded[3:], *done[3:], closed[2]]


def check_completed(
    prepared: PreparedProject, calls: list[Call], outcomes: list[Outcome], files: list[str]
) -> None:
    done = of("complete_task", calls, outcomes)
    told = [
        outcome.error
        for (verb, _), outcome in zip(calls, outcomes, strict=True)
        if verb == "complete_task" and outcome.error
    ]
    assert told == [], "a completing that was repeated at the same time was refused"
    assert sorted(bool(reply["already_completed"]) for reply in done) == [False] + [True] * 5
    assert prepared.main.status == ""
    saved = prepared.main.git(
        "for-each-ref", "--format=%(objectname)", "refs/orchestra/saved"
    ).split()
    trees = [prepared.main.git("ls-tree", "-r", "--name-only", at) for at in ("HEAD", *saved)]
    for file in files:
        assert any(file in tree.split() for tree in trees), f"{file} is lost"
    assert prepared.main.git("worktree", "list").count("\n") == 0
