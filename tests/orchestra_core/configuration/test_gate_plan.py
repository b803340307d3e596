"""What a repository's orchestra.toml wants run."""

from pathlib import Path

import pytest

from orchestra_core.configuration.gate_plan import GatePlan, read_gate_plan

WHOLE = """
[gate]
command = "pytest -q"
[gate.lint]
command = ["ruff", "check"]
timeout = 9
paths = ["server"]
[setup]
command = "npm ci"
depends = ["package-lock.json"]
copy = ["node_modules"]
[ports]
names = ["PORT"]
"""


def plan_of(directory: Path, text: str) -> GatePlan:
    (directory / ".git").mkdir(exist_ok=True)
    for name, content in (("HEAD", "ref: refs/heads/main\n"), ("config", "")):
        (directory / ".git" / name).write_text(content)
    for name in ("objects", "refs"):
        (directory / ".git" / name).mkdir(exist_ok=True)
    (directory / "orchestra.toml").write_text(text)
    return read_gate_plan(directory)


def test_gates_setup_and_ports_are_read_with_their_defaults(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, WHOLE)
    assert plan.faults == ()
    assert [(gate.name, gate.command, gate.timeout, gate.paths) for gate in plan.gates] == [
        ("tests", "pytest -q", 600, ()),
        ("lint", ("ruff", "check"), 9, ("server",)),
    ]
    assert plan.setup is not None
    assert (plan.setup.command, plan.setup.depends) == ("npm ci", ("package-lock.json",))
    assert plan.setup.copy == ("node_modules",)
    assert plan.ports is not None
    assert (plan.ports.names, plan.ports.first, plan.ports.last) == (("PORT",), 41_000, 41_999)


def test_without_a_file_nothing_is_run(tmp_path: Path) -> None:
    assert not read_gate_plan(tmp_path).runs_something
    assert not plan_of(tmp_path, "[limits]\nunread = 3\n").runs_something


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[gate]\ncommand = 3\n", "gate.command = 3 is not a command"),
        ("[gate.lint]\ntimeout = 3\n", "[gate.lint] has no command"),
        ("[gate\n", "the whole file is ignored"),
        ("[setup]\ncomand = 'a'\n", "unknown key setup.comand"),
    ],
)
def test_a_gate_that_cannot_be_read_is_a_fault_and_not_the_absence_of_one(
    tmp_path: Path, text: str, fault: str
) -> None:
    assert fault in " ".join(plan_of(tmp_path, text).faults)
    assert plan_of(tmp_path, "[limits]\nunread = -1\n").faults == ()


@pytest.mark.parametrize(
    ("before", "after", "plan_changes", "gate_changes"),
    [
        ("unread", "unread", False, False),
        ("pytest -q", "pytest -x", True, True),
        ("npm ci", "npm i", True, True),
        ("timeout = 9", "timeout = 8", True, False),
        ("PORT", "WEB_PORT", False, False),
    ],
)
def test_trust_is_given_to_what_runs_and_a_verdict_belongs_to_the_gates_own_text(
    tmp_path: Path, before: str, after: str, *, plan_changes: bool, gate_changes: bool
) -> None:
    plan_before, plan_after = (
        plan_of(tmp_path, WHOLE),
        plan_of(tmp_path, WHOLE.replace(before, after)),
    )
    assert (plan_before.digest != plan_after.digest) is plan_changes
    digests = [plan.gate_digest(plan.gates[0]) for plan in (plan_before, plan_after)]
    assert (digests[0] != digests[1]) is gate_changes
