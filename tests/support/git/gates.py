"""Repositories with a trusted gate: one that counts how often it runs, and one that hangs."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from orchestra_core.configuration.gate_plan import read_gate_plan
from orchestra_core.configuration.trust import give_trust
from orchestra_server.usecases.common.transaction import Context
from tests.support.git.repositories import TestRepository
from tests.support.waiting import until


@dataclass(frozen=True, slots=True)
class CountedGate:
    """A gate that appends a line to a file each time it runs."""

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


@dataclass(frozen=True, slots=True)
class HangingGate:
    """A trusted gate that does not end by itself; its process's id is in a file."""

    file: Path

    async def begun(self) -> None:
        """Wait until it runs."""
        await until(lambda: self.file.exists() and self.file.read_text().endswith("\n"))

    @property
    def is_running(self) -> bool:
        """Whether its process is there."""
        try:
            os.kill(int(self.file.read_text()), 0)
        except ProcessLookupError:
            return False
        return True


def hanging_gate(context: Context, repository: TestRepository) -> HangingGate:
    """Commit and trust an orchestra.toml whose gate hangs."""
    gate = HangingGate(context.settings.state_dir.parent / "gate-pid")
    trusted_gate(context, repository, f"echo $$ > {gate.file}; exec sleep 100")
    return gate
