"""Checks whether the gates that the repository names may run."""

from orchestra_core.configuration.gate_plan import read_gate_plan
from orchestra_core.configuration.trust import read_trust, trust_state
from orchestra_core.project import Project
from orchestra_core.settings import Settings
from orchestra_tui.command_line.doctor_checks.checks import Check

_NAME = "gates"


def check_gates(project: Project, settings: Settings) -> Check:
    """Compare orchestra.toml with what the person has trusted."""
    plan = read_gate_plan(project.root)
    if plan.faults:
        return Check(name=_NAME, verdict="fail", found="; ".join(plan.faults))
    names = ", ".join(gate.name for gate in plan.gates)
    named = " and ".join(part for part in (names, "a setup" if plan.setup else "") if part)
    state = trust_state(plan, read_trust(settings.state_dir, project.git_dir))
    match state:
        case "nothing":
            finding = "orchestra.toml names no gate: what lands is not tested"
            return Check(name=_NAME, verdict="ok", found=finding)
        case "trusted":
            return Check(name=_NAME, verdict="ok", found=f"{named}, trusted")
        case "new" | "changed":
            words = "not trusted yet" if state == "new" else "not what was trusted: nothing lands"
            mend = "see what would run, and allow it: 'orchestra trust'"
            verdict = "note" if state == "new" else "fail"
            return Check(name=_NAME, verdict=verdict, found=f"{named}: {words}", mend=mend)
