"""When a gate counts at a landing, and when its absence does not let one through."""

from dataclasses import replace

import pytest
from msgspec.structs import replace as struct_replace

from orchestra_core.errors import Refused
from orchestra_core.state import ProjectState
from orchestra_core.wording.gates import FAILS_TOGETHER
from orchestra_server.git.repository.repository import open_repository
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.gates.prove_landing import (
    known_judgement,
    landing_judge,
    unjudged_note,
)
from tests.support.git.gates import trust, trusted_gate
from tests.support.git.repositories import TestRepository
from tests.support.samples.documents import a_chamber, a_conflict

GATE = '[gate]\ncommand = "true"\n'


async def test_an_untrusted_gate_does_not_run_and_holds_nothing_up(
    context: Context, repository: TestRepository
) -> None:
    repo = open_repository(repository.path)
    assert await landing_judge(context, repo, confirmed=False) is None
    repository.write("orchestra.toml", GATE)
    assert await landing_judge(context, repo, confirmed=False) is None
    trust(context, repository)
    assert await landing_judge(context, repo, confirmed=False) is not None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (GATE.replace("true", "false"), "names other commands than those that were trusted"),
        ("[gate]\ncommand = 3\n", r"orchestra\.toml:2: gate\.command = 3 is not a command"),
        ("[gate\n", "nothing lands until the gate can be read"),
    ],
)
async def test_a_trusted_gate_that_has_changed_or_cannot_be_read_lets_nothing_land(
    context: Context, repository: TestRepository, text: str, words: str
) -> None:
    repo = open_repository(repository.path)
    repository.write("orchestra.toml", GATE)
    trust(context, repository)
    repository.write("orchestra.toml", text)
    for confirmed in (False, True):  # an agent's confirmation is not the operator's
        with pytest.raises(Refused, match=words):
            await landing_judge(context, repo, confirmed=confirmed)
    operator = replace(context, actor="operator")
    assert await landing_judge(operator, repo, confirmed=True) is None


async def test_a_dry_run_asks_for_a_known_failure_and_runs_nothing(
    context: Context, repository: TestRepository
) -> None:
    gate = trusted_gate(context, repository, "false")
    repo = open_repository(repository.path)
    judgement = await known_judgement(context, repo, repository.head)
    assert judgement is not None
    assert (judgement.failed, judgement.is_whole, gate.runs) == (None, False, 0)


def test_what_is_known_of_chambers_is_said_of_work_that_no_gate_has_judged_as_a_whole() -> None:
    state = ProjectState()
    auth, database, docs = (a_chamber(name) for name in ("auth", "database", "docs"))
    chambers = [auth, database, struct_replace(docs, verdict="red")]
    unjudged = "its gates run first, which have not judged exactly this work"
    assert unjudged_note(state, [auth, database]) == unjudged
    state.put(struct_replace(a_conflict(("gate tests",)), kinds=(FAILS_TOGETHER,)))
    assert unjudged_note(state, chambers) == (
        f"{unjudged}; known so far: docs fails alone, auth and database fail together"
    )
