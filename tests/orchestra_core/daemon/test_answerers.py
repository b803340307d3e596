"""A process that can answer is seen for exactly its life, and whoever leaves rings who waits."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

from orchestra_core.daemon.answerers import ANSWERERS_IN_GIT, answering
from orchestra_server.files.hook.requests.ask_operator import can_be_answered

HOLD = (
    "import sys, pathlib, time; from orchestra_core.daemon.answerers import answering\n"
    "with answering(pathlib.Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
)


def can_answer(common_dir: Path) -> bool:
    return can_be_answered(str(common_dir / "orchestra"))


def test_somebody_can_answer_exactly_while_a_process_says_so(tmp_path: Path) -> None:
    assert not can_answer(tmp_path)
    with answering(tmp_path):
        assert can_answer(tmp_path)
        with answering(tmp_path):
            assert can_answer(tmp_path)
        assert can_answer(tmp_path)
    assert not can_answer(tmp_path)
    assert list((tmp_path / ANSWERERS_IN_GIT).iterdir()) == []


def test_a_killed_process_answers_no_more_and_its_file_goes_with_the_next(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        assert can_answer(tmp_path)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert not can_answer(tmp_path)
    with answering(tmp_path):
        assert len(list((tmp_path / ANSWERERS_IN_GIT).iterdir())) == 1


def test_leaving_rings_every_hook_that_waits(tmp_path: Path) -> None:
    requests = tmp_path / "orchestra" / "requests"
    requests.mkdir(parents=True)
    for name in ("r-1.bell", "nobody-listens.bell"):
        os.mkfifo(requests / name)
    bell = os.open(requests / "r-1.bell", os.O_RDWR | os.O_NONBLOCK)
    with answering(tmp_path):
        assert select.select([bell], [], [], 0)[0] == []
    assert select.select([bell], [], [], 0)[0] == [bell]
    os.close(bell)
