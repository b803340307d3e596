"""Repositories with a trusted gate, which counts how often it runs."""

import json
from dataclasses import dataclass
from pathlib import Path

from orchestra_core.configuration.gate_plan import read_gate_plan
from orchestra_core.configuration.trust import give_trust
from orchestra_server.usecases.common.transaction import Context
from tests.support.repositories import TestRepository


@dataclass(frozen=True, slots=True)
class CountedGate:
    """A gate whose runs leave a line each in a file."""

    log: Path

    @property
    def runs(self) -> int:
        """How often it has run."""
        return len(self.log.read_text().splitlines()) if self.log.exists() else 0


def trusted_gate(
    context: Context, repository: TestRepository, command: str, rest: str = ""
) -> CountedGate:
    """Commit an orchestra.toml with one gate, a shell's line, and trust it."""
    gate = CountedGate(context.settings.state_dir.parent / "gate-runs")
    line = f"echo run >> {gate.log}; {command}"
    repository.write("orchestra.toml", f"[gate]\ncommand = {json.dumps(line)}\n{rest}")
    repository.git("add", "orchestra.toml")
    repository.git("commit", "--quiet", "-m", "Name a gate")
    trust(context, repository)
    return gate


def trust(context: Context, repository: TestRepository) -> None:
    """Trust what the repository's orchestra.toml names now."""
    plan = read_gate_plan(repository.path)
    assert plan.faults == ()
    give_trust(context.settings.state_dir, repository.path / ".git", plan)
