import pytest

from orchestra_server.agents.process.line_splitter import LineSplitter, OutputLine


@pytest.mark.parametrize(
    "chunks", [[b"one\ntwo\nthr"], [b"o", b"ne\ntw", b"o\n", b"", b"thr"], [b"one\n", b"two\nthr"]]
)
def test_lines_are_the_same_however_they_are_cut_into_chunks(chunks: list[bytes]) -> None:
    splitter = LineSplitter()
    lines = [line for chunk in chunks for line in splitter.feed(chunk)]
    assert [line.content for line in [*lines, *splitter.rest()]] == [b"one", b"two", b"thr"]
    assert splitter.rest() == []


def test_only_the_beginning_of_a_line_that_is_too_long_is_kept() -> None:
    splitter = LineSplitter(limit=10, head=4)
    lines = [
        line for chunk in (b"123456789", b"0abc", b"d\nnext\n") for line in splitter.feed(chunk)
    ]
    assert lines == [OutputLine(b"1234", 14), OutputLine(b"next", 4)]
    assert [line.is_cut for line in lines] == [True, False]
