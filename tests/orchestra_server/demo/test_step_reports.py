import msgspec
import pytest

from orchestra_server.demo.step_reports import (
    DiscoveryMade,
    Report,
    StepFinished,
    WorkerFinished,
    decode_report,
    encode_report,
)


@pytest.mark.parametrize(
    "report",
    [
        StepFinished(action="Wrote tests", result="12 pass\nnone fails", patterns=("prices",)),
        DiscoveryMade(discovery="Prices are in cents", severity="critical", affects=("api",)),
        WorkerFinished(report="Done."),
    ],
)
def test_a_report_is_encoded_as_one_line_and_decoded_unchanged(report: Report) -> None:
    line = encode_report(report)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert decode_report(line) == report


@pytest.mark.parametrize("line", [b"", b"Done.\n", b'{"type":"other"}\n', b'{"report":"x"}\n'])
def test_decoding_any_other_line_is_an_error(line: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_report(line)
