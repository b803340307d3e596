"""Stdin as the protocol's: it ends on request, no child reads of it, and its text is valid."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from orchestra_server.tools.transport.stdio import InterruptibleStdin, ValidLines

SERVER = """
import subprocess
from orchestra_server.tools.transport.stdio import run_stdio

class Echo:
    async def serve_streams(self, lines, answered):
        inherited = subprocess.run(["cat"], stdout=subprocess.PIPE).stdout
        print(inherited, flush=True)
        async for line in lines:
            print(ascii(line), flush=True)

run_stdio(Echo())
print("ended", flush=True)
"""


def stdin_holding(content: bytes) -> InterruptibleStdin:
    """Return a stdin into which a client has written before it closed its end."""
    source, client = os.pipe()
    os.write(client, content)
    os.close(client)
    return InterruptibleStdin(source)


def test_stdin_reads_what_its_client_wrote_and_ends_where_the_client_closed_it() -> None:
    with stdin_holding(b"one\ntwo\n") as stdin:
        assert [stdin.read(4), stdin.read(100), stdin.read(100)] == [b"one\n", b"two\n", b""]


def test_after_its_end_stdin_has_nothing_more_even_if_something_was_written() -> None:
    with stdin_holding(b"one\n") as stdin:
        stdin.end()
        assert [stdin.read(100), stdin.read(100)] == [b"", b""]


def open_descriptors() -> int:
    return len([*Path("/dev/fd").iterdir()])


def test_closing_stdin_closes_its_own_descriptors_once() -> None:
    before = open_descriptors()
    stdin = stdin_holding(b"")
    assert open_descriptors() > before
    stdin.close()
    stdin.close()
    assert open_descriptors() == before


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (
            rb'{"a": "half \ud83d a face, \ud83d\ude00 a whole one"}',
            r'{"a": "half \ufffd a face, \ud83d\ude00 a whole one"}',
        ),
        (b'{"a": "\xff"}', '{"a": "\ufffd"}'),
        (b"", ""),
    ],
)
def test_a_line_has_no_character_that_the_parser_refuses(sent: bytes, read: str) -> None:
    lines = ValidLines(io.BytesIO(sent), encoding="utf-8", errors="replace")
    assert lines.readline() == read


def test_a_child_of_the_server_inherits_an_empty_stdin() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", SERVER],
        input=b"first\nsecond\n",
        stdout=subprocess.PIPE,
        check=True,
    )
    assert ended.stdout.split() == [b"b''", rb"'first\n'", rb"'second\n'", b"ended"]
