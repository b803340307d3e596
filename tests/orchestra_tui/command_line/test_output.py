import json

import pytest

from orchestra_tui.command_line.output import print_document, print_json, print_lines, warn


def test_lines_hold_nothing_that_a_terminal_would_act_upon(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_lines(["plain", "a \x1b[31mred\x1b[0m word"])
    plain, red = capsys.readouterr().out.splitlines()
    assert plain == "plain"
    assert "\x1b" not in red


def test_a_document_is_indented_json_in_utf8(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    print_document({"title": "日本", "open": True})
    written = capfdbinary.readouterr().out
    assert json.loads(written) == {"title": "日本", "open": True}
    assert "日本".encode() in written
    assert written.startswith(b'{\n  "title"')


def test_each_json_text_is_a_line_of_its_own(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    print_json(b"{}", b"[]")
    assert capfdbinary.readouterr().out == b"{}\n[]\n"


def test_a_warning_stands_beside_the_output(capsys: pytest.CaptureFixture[str]) -> None:
    warn("too \x1b[2Jlong")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("orchestra: too")
    assert "\x1b" not in captured.err
