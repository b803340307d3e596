"""What the gates say about a tree: the verdicts it needs, and those that are known."""

from collections.abc import Mapping
from dataclasses import dataclass

from orchestra_core.gates.gate_verdict import GateVerdict


@dataclass(frozen=True, slots=True)
class Judgement:
    """The known verdicts on a tree: of every gate, or up to the first that does not pass."""

    tree: str
    verdicts: tuple[GateVerdict, ...]
    is_whole: bool

    @property
    def passes(self) -> bool:
        """Whether the tree passes every gate."""
        return self.is_whole and all(verdict.passes for verdict in self.verdicts)

    @property
    def failed(self) -> GateVerdict | None:
        """The verdict because of which the tree does not pass; None if there is none yet."""
        return next((verdict for verdict in self.verdicts if not verdict.passes), None)

    @property
    def is_red(self) -> bool:
        """Whether a gate failed that could pass if it ran again."""
        return any(verdict.state == "red" for verdict in self.verdicts)


@dataclass(frozen=True, slots=True)
class Contents:
    """The ids of the verdicts a tree needs, in the order of the gates."""

    tree: str
    verdict_ids: tuple[str, ...]


def judgement_of(contents: Contents, read: Mapping[str, GateVerdict | None]) -> Judgement:
    """Return the judgement that these verdicts, read by id, give: up to the first that decides."""
    verdicts = list[GateVerdict]()
    for identifier in contents.verdict_ids:
        verdict = read[identifier]
        if verdict is None:
            return Judgement(contents.tree, tuple(verdicts), is_whole=False)
        verdicts.append(verdict)
        if not verdict.passes:
            break
    return Judgement(contents.tree, tuple(verdicts), is_whole=True)
