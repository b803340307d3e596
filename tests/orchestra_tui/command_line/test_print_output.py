import json

import pytest

from orchestra_tui.command_line.print_output import print_document, print_json, print_lines, warn


def test_printed_lines_contain_no_control_characters(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_lines(["plain", "a \x1b[31mred\x1b[0m word"])
    plain, red = capsys.readouterr().out.splitlines()
    assert plain == "plain"
    assert "\x1b" not in red


def test_a_document_is_printed_as_indented_json_in_utf_8(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    print_document({"title": "日本", "open": True})
    written = capfdbinary.readouterr().out
    assert json.loads(written) == {"title": "日本", "open": True}
    assert "日本".encode() in written
    assert written.startswith(b'{\n  "title"')


def test_each_json_text_is_printed_on_its_own_line(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    print_json(b"{}", b"[]")
    assert capfdbinary.readouterr().out == b"{}\n[]\n"


def test_a_warning_is_printed_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    warn("too \x1b[2Jlong")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("orchestra: too")
    assert "\x1b" not in captured.err
