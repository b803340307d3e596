from orchestra_server.agents.process.line_splitter import OutputLine
from orchestra_server.agents.senseless_output import SenselessOutput


def test_a_thousand_senseless_lines_are_reported_four_times() -> None:
    count = SenselessOutput()
    notes = [
        note for _ in range(1_000) for note in count.add(OutputLine(b"\x1b[31mWarning\xff", 13))
    ]
    assert [note.text for note in notes] == [
        "a line of its output (13 bytes) made no sense: Warning\ufffd",
        "10 lines of its output (130 bytes) made no sense: Warning\ufffd",
        "100 lines of its output (1,300 bytes) made no sense: Warning\ufffd",
        "1,000 lines of its output (13,000 bytes) made no sense: Warning\ufffd",
    ]


def test_empty_lines_do_not_count() -> None:
    assert SenselessOutput().add(OutputLine(b"  ", 2)) == ()
