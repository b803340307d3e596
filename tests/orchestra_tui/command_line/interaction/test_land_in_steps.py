"""What a landing shows and asks before anything changes."""

import pytest

from orchestra_tui.command_line.interaction import ask_yes_or_no
from orchestra_tui.command_line.interaction.land_in_steps import LandingStep, land_in_steps
from orchestra_tui.command_line.interaction.show_answer import Answer

PLAN: Answer = {"text": "plan\n", "question": "Land auth on main?"}
DONE: Answer = {"text": "done\n"}


class Steps:
    """Answers the steps, and notes which were asked for."""

    def __init__(self, plan: Answer | None = PLAN, done: Answer | None = DONE) -> None:
        self.asked = list[str]()
        self._answers = {"plan": plan, "land": done}

    def __call__(self, step: LandingStep) -> Answer | None:
        self.asked.append(step)
        return self._answers[step]


def land(
    steps: Steps, *, as_json: bool = False, dry_run: bool = False, yes: bool = False
) -> object:
    return land_in_steps(steps, as_json=as_json, dry_run=dry_run, yes=yes)


@pytest.mark.parametrize(("answer", "steps", "code"), [(True, 2, 0), (False, 1, 1)])
def test_landing_begins_once_the_operator_has_agreed(
    monkeypatch: pytest.MonkeyPatch, *, answer: bool, steps: int, code: int
) -> None:
    def agree(_: str) -> bool:
        return answer

    monkeypatch.setattr(ask_yes_or_no, "ask_yes_or_no", agree)
    asked = Steps()
    assert land(asked) == code
    assert len(asked.asked) == steps


def test_a_plan_that_cannot_land_is_shown_with_its_code(capsys: pytest.CaptureFixture[str]) -> None:
    steps = Steps({"text": "in the way\n", "status": 1})
    assert land(steps, yes=True) == 1
    assert steps.asked == ["plan"]
    assert capsys.readouterr().out == "in the way\n"


def test_a_dry_run_changes_nothing() -> None:
    steps = Steps()
    assert land(steps, dry_run=True) == 0
    assert steps.asked == ["plan"]


def test_as_json_only_the_last_answer_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert land(Steps(), as_json=True, yes=True) == 0
    assert capsys.readouterr().out == "done\n"


@pytest.mark.parametrize("steps", [Steps(plan=None), Steps(done=None)])
def test_whoever_asked_hears_where_a_step_found_nobody(steps: Steps) -> None:
    assert land(steps, yes=True) is None
