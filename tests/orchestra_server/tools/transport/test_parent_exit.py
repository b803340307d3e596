"""The server on pipes ends with its client, even while somebody else holds its stdin open."""

import os
import subprocess
import sys

import pytest

READER = """
import os, sys
from orchestra_server.tools.transport import parent_exit, stdio
stdio._ORPHAN_SECONDS, stdio._LOOK_SECONDS = 0.2, 0.2
source, said = int(sys.argv[1]), int(sys.argv[2])
if sys.argv[3] == "unwatched":
    parent_exit.ParentExit._open = lambda self: -1
with stdio.InterruptibleStdin(source) as wire:
    os.write(said, b"r")
    while (taken := wire.read(1)):
        os.write(said, taken)
    os.write(said, b"e")
"""
CLIENT = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", *sys.argv[1:]], close_fds=False)
sys.stdin.read()
"""


@pytest.mark.parametrize("way", ["watched", "unwatched"])
def test_stdin_ends_with_the_parent_although_another_process_holds_it_open(way: str) -> None:
    source, held_open = os.pipe()
    heard, said = os.pipe()
    for descriptor in (source, said):
        os.set_inheritable(descriptor, True)  # noqa: FBT003 - its name says it
    with subprocess.Popen(
        [sys.executable, "-c", CLIENT, READER, str(source), str(said), way],
        stdin=subprocess.PIPE,
        close_fds=False,
    ) as client:
        os.close(said)
        assert os.read(heard, 1) == b"r"
        os.write(held_open, b"1")
        assert os.read(heard, 1) == b"1"
        client.kill()
    assert os.read(heard, 1) == b"e"
    for descriptor in (source, held_open, heard):
        os.close(descriptor)
