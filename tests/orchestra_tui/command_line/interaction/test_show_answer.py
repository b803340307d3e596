"""How an answer is printed, and where its parts go."""

import pytest

from orchestra_tui.command_line.interaction.show_answer import Answer, show_answer


@pytest.mark.parametrize(
    ("answer", "out", "err", "code"),
    [
        ({"text": "done\n"}, b"done\n", "", 0),
        ({"text": "no\n", "status": 1}, b"no\n", "", 1),
        ({"text": '{"a": "\u00e9"}\n', "json": True}, b'{"a": "\xc3\xa9"}\n', "", 0),
        ({"text": "+\udcff\n", "raw": True}, b"+\xff\n", "", 0),
        ({"text": "a\n", "note": "b"}, b"a\n", "orchestra: b\n", 0),
        ({"text": "a\n", "pager": "tr a b"}, b"b\n", "", 0),
        ({"error": "no", "misused": True}, b"", "orchestra: no\n", 2),
    ],
)
def test_text_notes_and_errors_go_where_they_belong(
    capfdbinary: pytest.CaptureFixture[bytes], answer: Answer, out: bytes, err: str, code: int
) -> None:
    assert show_answer(answer) == code
    printed = capfdbinary.readouterr()
    assert (printed.out, printed.err.decode()) == (out, err)
