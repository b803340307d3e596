"""The doctor says whether gates may run."""

from pathlib import Path

from orchestra_core.configuration.gate_plan import read_gate_plan
from orchestra_core.configuration.trust import give_trust
from orchestra_core.project import find_project
from orchestra_core.settings import Settings
from orchestra_tui.command_line.doctor_checks.gates_check import check_gates
from tests.support.git.repositories import small_repository

GATE = '[gate]\ncommand = "true"\n[setup]\ncommand = "true"\n'


def test_each_state_of_trust_has_its_words(tmp_path: Path, settings: Settings) -> None:
    shop = small_repository(tmp_path / "shop")
    project = find_project(shop.path)

    def found() -> tuple[str, str]:
        check = check_gates(project, settings)
        return check.verdict, check.found

    assert found() == ("ok", "orchestra.toml names no gate: what lands is not tested")
    file = shop.write("orchestra.toml", GATE)
    assert found() == ("note", "tests and a setup: not trusted yet")
    give_trust(settings.state_dir, project.git_dir, read_gate_plan(shop.path))
    assert found() == ("ok", "tests and a setup, trusted")
    file.write_text(GATE.replace("true", "false"))
    assert found() == ("fail", "tests and a setup: not what was trusted: nothing lands")
    file.write_text("[gate]\ncommand = 1\n")
    verdict, fault = found()
    assert verdict == "fail"
    assert "orchestra.toml:2: gate.command = 1 is not a command" in fault
