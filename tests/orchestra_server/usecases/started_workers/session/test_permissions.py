"""What goes through unasked, by policy, rule and suspension."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from orchestra_core.models import Chamber
from orchestra_server.agents.agent_driver import Allow, Deny
from orchestra_server.agents.reports import Asked
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.started_workers.session.permissions import rule_on
from tests.support.conductor.tasks import chamber_of
from tests.support.git.repositories import TestRepository

if TYPE_CHECKING:
    from orchestra_core.workers.started_worker import Policy


@pytest.fixture
async def chamber(context: Context, task_id: str, auth: TestRepository) -> Chamber:
    assert auth.path.exists()
    return await chamber_of(context, task_id, "auth")


def asked(tool: str, **arguments: object) -> Asked:
    return Asked("a1", "permission", tool, arguments)


def answers(asked: Asked, chamber: Chamber) -> list[str]:
    """Return what each policy makes of a call, in the order ask, edits, all."""
    policies: tuple[Policy, ...] = ("ask", "edits", "all")
    rulings = [rule_on(asked, chamber, policy).answer for policy in policies]
    return [type(ruling).__name__ if ruling else "asks" for ruling in rulings]


async def test_a_policy_lets_own_work_through_or_all_that_stays_in_the_chamber(
    context: Context, chamber: Chamber
) -> None:
    own, main = f"{chamber.path}/app.py", f"{context.project.root}/app.py"
    assert answers(asked("Write", file_path=own), chamber) == ["asks", "Allow", "Allow"]
    assert answers(asked("Bash", command="git commit -q -m x"), chamber) == [
        "asks",
        "Allow",
        "Allow",
    ]
    assert answers(asked("Bash", command="npm test"), chamber) == ["asks", "asks", "Allow"]
    discovery = asked("Write", file_path=f"{chamber.path}/.DISCOVERY")
    assert answers(discovery, chamber) == ["Allow", "Allow", "Allow"]
    for outside in (asked("Write", file_path=main), asked("Bash", command=f"echo x > {main}")):
        assert answers(outside, chamber) == ["asks", "asks", "Deny"]
    ruling = rule_on(asked("Write", file_path=main), chamber, "all").answer
    assert isinstance(ruling, Deny)
    assert "is in the main checkout" in ruling.words


async def test_a_question_is_always_a_persons(chamber: Chamber) -> None:
    question = Asked("a1", "question", "AskUserQuestion", {"questions": []})
    assert answers(question, chamber) == ["asks", "asks", "asks"]


async def test_a_rule_of_the_chamber_answers_the_like_and_a_suspension_denies_all(
    chamber: Chamber, tmp_path: Path
) -> None:
    call = asked("Bash", command="npm test -- -x")
    like = rule_on(call, chamber, "ask").like
    assert like == "Bash(npm test:*)"
    assert rule_on(call, replace(chamber, allowed=(like,)), "ask").answer == Allow()
    suspended = replace(chamber, suspended_at=1)
    assert answers(call, suspended) == ["Deny", "Deny", "Deny"]
    gone = replace(chamber, path=str(tmp_path / "gone"))
    assert answers(call, gone)[:2] == ["asks", "asks"]
