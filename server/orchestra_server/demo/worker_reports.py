"""What a worker tells its conductor: one JSON object a line on its stdout."""

import msgspec
from msgspec import Struct

from orchestra_core.models import Severity


class StepDone(Struct, frozen=True, tag="step"):
    """The worker finished a step."""

    action: str
    result: str
    patterns: tuple[str, ...] = ()


class Found(Struct, frozen=True, tag="found", omit_defaults=True):
    """The worker found something that others should know."""

    discovery: str
    severity: Severity
    impact: str = ""
    affects: tuple[str, ...] = ()


class Finished(Struct, frozen=True, tag="finished"):
    """The worker's last message."""

    report: str


Report = StepDone | Found | Finished

_decoder: msgspec.json.Decoder[Report] = msgspec.json.Decoder(Report)


def encode_report(report: Report) -> bytes:
    """Return the report as one line."""
    return msgspec.json.encode(report) + b"\n"


def decode_report(line: bytes) -> Report:
    """Read a line back; raises `msgspec.DecodeError` for anything else."""
    return _decoder.decode(line)
