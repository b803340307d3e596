"""The demo worker's reports to the conductor: one JSON object per line on stdout."""

import msgspec
from msgspec import Struct

from orchestra_core.models import Severity


class StepFinished(Struct, frozen=True, tag="step"):
    """The worker finished a step; after one that is `reviewable` it waits for a review."""

    action: str
    result: str
    patterns: tuple[str, ...] = ()
    reviewable: bool = False


class DiscoveryMade(Struct, frozen=True, tag="found", omit_defaults=True):
    """The worker made a discovery that others should know."""

    discovery: str
    severity: Severity
    impact: str = ""
    affects: tuple[str, ...] = ()


class WorkerFinished(Struct, frozen=True, tag="finished"):
    """The worker has ended; `report` is its last message."""

    report: str


Report = StepFinished | DiscoveryMade | WorkerFinished

_decoder: msgspec.json.Decoder[Report] = msgspec.json.Decoder(Report)


def encode_report(report: Report) -> bytes:
    """Return the report as one line."""
    return msgspec.json.encode(report) + b"\n"


def decode_report(line: bytes) -> Report:
    """Decode a line; raises `msgspec.DecodeError` for anything else."""
    return _decoder.decode(line)
