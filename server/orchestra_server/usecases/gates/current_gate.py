"""The repository's current gate, and the verdict for work that it has not judged."""

import os
from dataclasses import dataclass
from pathlib import Path

from orchestra_core.configuration.config_files import repository_file, user_file
from orchestra_core.configuration.gate_plan import GatePlan, read_gate_plan
from orchestra_core.configuration.trust import read_trust, trust_file, trust_state
from orchestra_core.project import Project
from orchestra_core.wording.gates import AWAITED, UNREADABLE, UNTESTED, UNTRUSTED


@dataclass(frozen=True, slots=True)
class CurrentGate:
    """The trusted plan, None if no gate may run; `unproven` is the verdict until a gate has run.

    Without a gate, `unproven` is "".
    """

    plan: GatePlan | None = None
    unproven: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """Changes whenever all chambers' verdicts have to be checked again."""
        return (self.plan.digest if self.plan else "", self.unproven)


def gate_files(project: Project, state_dir: Path) -> list[Path]:
    """Return the files that the current gate depends on, whether they exist or not."""
    files = (
        repository_file(project.main_checkout),
        user_file(os.environ),  # its limits may say that gates run only for landings
        trust_file(state_dir, project.git_dir),
    )
    return [file for file in files if file is not None]


def read_current_gate(project: Project, state_dir: Path, share: int) -> CurrentGate:
    """Return the gate of the main checkout's orchestra.toml.

    With a `share` of 0 no gate runs for chambers at rest.
    """
    plan = read_gate_plan(project.main_checkout)
    if plan.faults:
        return CurrentGate(unproven=UNREADABLE)
    if not plan.gates:
        return CurrentGate()
    if trust_state(plan, read_trust(state_dir, project.git_dir)) != "trusted":
        return CurrentGate(unproven=UNTRUSTED)
    return CurrentGate(plan, AWAITED if share else UNTESTED)
