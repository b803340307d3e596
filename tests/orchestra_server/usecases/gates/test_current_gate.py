"""Which gate there is at present, and the verdict of work that it has not judged."""

import pytest

from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.gates.current_gate import read_current_gate
from tests.support.git.gates import trust
from tests.support.git.repositories import TestRepository

GATE = "[gate]\ncommand = 'true'\n"


@pytest.mark.parametrize(
    ("text", "trusted", "share", "unproven"),
    [
        ("", False, 33, ""),
        ("[setup]\ncommand = 'true'\n", True, 33, ""),
        (GATE, False, 33, "untrusted"),
        (GATE, True, 33, "awaited"),
        (GATE, True, 0, "untested"),
        ("[gate]\ntimeout = 5\n", False, 33, "unreadable"),
    ],
)
async def test_a_gate_that_has_not_judged_leaves_work_unproven(
    context: Context,
    repository: TestRepository,
    *,
    text: str,
    trusted: bool,
    share: int,
    unproven: str,
) -> None:
    repository.write("orchestra.toml", text)
    if trusted:
        trust(context, repository)
    gate = read_current_gate(context.project, context.settings.state_dir, share)
    assert gate.unproven == unproven
    assert (gate.plan is not None) == (unproven in ("awaited", "untested"))
