"""What a killed daemon has left running is ended with all of its group, and nothing else."""

import os
import subprocess

from orchestra_core.process.process_group import end_process_group
from orchestra_core.process.process_mark import process_mark


def test_a_group_ends_with_its_leader() -> None:
    script = "sleep 60 & echo $!; wait"
    with subprocess.Popen(
        ["/bin/sh", "-c", script], stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as leader:
        assert leader.stdout is not None
        child = process_mark(int(leader.stdout.readline()))
        assert child
        assert end_process_group(process_mark(leader.pid))
        assert leader.wait() < 0
        assert leader.stdout.read() == ""  # the child held the pipe open, and is gone


def test_a_later_process_with_the_same_id_is_left_alone() -> None:
    assert not end_process_group(f"{os.getpid()}@another-start")
    assert not end_process_group("")
