"""Parses what a worker wrote into `.DISCOVERY`: each discovery begins with its severity."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from orchestra_core.models import Severity
from orchestra_core.text import clean

TEXT_LIMIT = 6_000  # characters of one discovery; a client shows no more of a message
COUNT_LIMIT = 20
_SEVERITIES: dict[str, Severity] = {
    "info": "info",
    "important": "important",
    "critical": "critical",
}
_FORM = "begin each discovery with info, important or critical, then the fact, such as 'critical: "
_EXAMPLE = "the session table has no user id'"


@dataclass(frozen=True, slots=True)
class WrittenDiscovery:
    """One discovery as the worker wrote it."""

    severity: Severity
    text: str


@dataclass(frozen=True, slots=True)
class DiscoveryFileContent:
    """The discoveries in a file, and `fault`: one line on what else is in it, "" for nothing."""

    discoveries: tuple[WrittenDiscovery, ...]
    complaint: str = ""


def read_discoveries(raw: bytes) -> DiscoveryFileContent:
    """Return the discoveries in a file, with one line on what cannot be read as a discovery."""
    written, stray = _split(clean(raw.decode("utf-8", "replace")))
    whole = [discovery for discovery in written if discovery.text]
    fitting = [discovery for discovery in whole if len(discovery.text) <= TEXT_LIMIT]
    return DiscoveryFileContent(
        tuple(fitting[:COUNT_LIMIT]), _complaint(stray, written, whole, fitting)
    )


def _complaint(
    stray: bool,  # noqa: FBT001 - one of four things that can be wrong
    written: Sequence[WrittenDiscovery],
    whole: Sequence[WrittenDiscovery],
    fitting: Sequence[WrittenDiscovery],
) -> str:
    if stray or len(whole) < len(written) or not written:
        return f"{_FORM}{_EXAMPLE}"
    if len(fitting) < len(whole):
        return f"a discovery has at most {TEXT_LIMIT:,} characters; keep long material in a file"
    if len(fitting) > COUNT_LIMIT:
        return f"of {len(fitting)} discoveries the first {COUNT_LIMIT} were taken; write fewer"
    return ""


def _split(text: str) -> tuple[list[WrittenDiscovery], bool]:
    """Return the discoveries, and whether there is text before the first severity."""
    discoveries = list[WrittenDiscovery]()
    stray = False
    for line in text.splitlines():
        word, _, rest = line.strip().partition(" ")
        severity = _SEVERITIES.get(word.rstrip(":").lower())
        if severity is not None:
            discoveries.append(WrittenDiscovery(severity, rest.strip()))
        elif discoveries:
            last = discoveries.pop()
            discoveries.append(replace(last, text=f"{last.text}\n{line.rstrip()}"))
        elif line.strip():
            stray = True
    stripped = [replace(discovery, text=discovery.text.strip()) for discovery in discoveries]
    return stripped, stray
