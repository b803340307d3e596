"""An answer reaches the hook that waits, whoever writes it how often, and nobody else."""

import json
import os
import select
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from orchestra_server.files.requests.answer_files import (
    REQUESTS_IN_GIT,
    end_waiting,
    is_waiting,
    open_bell,
    post_answer,
    remove_left_answers,
    waiting_ids,
)
from tests.support.samples.documents import a_request

DENIED = replace(
    a_request(), state="answered", answer="deny", words="use make", answered_by="operator"
)


@pytest.fixture
def bell(tmp_path: Path) -> Iterator[int]:
    """The bell of a hook that waits for request r-1."""
    (tmp_path / REQUESTS_IN_GIT).mkdir(parents=True)
    path = tmp_path / REQUESTS_IN_GIT / "r-1.bell"
    os.mkfifo(path)
    descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    yield descriptor
    os.close(descriptor)


def answer_in(common_dir: Path) -> dict[str, object]:
    return json.loads((common_dir / REQUESTS_IN_GIT / "r-1.answer").read_bytes())


def test_the_hook_is_rung_when_its_answer_is_written(tmp_path: Path, bell: int) -> None:
    assert is_waiting(tmp_path, "r-1")
    assert not post_answer(tmp_path, a_request())
    assert select.select([bell], [], [], 0)[0] == []
    assert post_answer(tmp_path, DENIED)
    assert select.select([bell], [], [], 0)[0] == [bell]
    assert answer_in(tmp_path) == {"answer": "deny", "by": "operator", "words": "use make"}
    assert post_answer(tmp_path, DENIED)


def test_a_full_bell_is_not_a_failure(tmp_path: Path, bell: int) -> None:
    os.write(bell, b"\n" * 65_536)
    assert post_answer(tmp_path, DENIED)


def test_the_hook_reads_that_a_rule_was_given_as_that_it_is_allowed(
    tmp_path: Path, bell: int
) -> None:
    assert bell
    post_answer(tmp_path, replace(DENIED, answer="allow-like", words=""))
    assert answer_in(tmp_path) == {"answer": "allow", "by": "operator"}


def test_a_withdrawn_request_ends_its_hook(tmp_path: Path, bell: int) -> None:
    assert post_answer(tmp_path, replace(a_request(), state="withdrawn"))
    assert answer_in(tmp_path) == {"answer": "withdrawn"}
    end_waiting(tmp_path, "r-1")
    assert select.select([bell], [], [], 0)[0] == [bell]


def test_nothing_is_written_if_no_hook_waits(tmp_path: Path) -> None:
    assert not post_answer(tmp_path, DENIED)
    end_waiting(tmp_path, "r-1")
    assert waiting_ids(tmp_path) == []
    assert not (tmp_path / REQUESTS_IN_GIT).exists()


def test_what_a_killed_hook_has_left_is_removed(tmp_path: Path) -> None:
    folder = tmp_path / REQUESTS_IN_GIT
    folder.mkdir(parents=True)
    os.mkfifo(folder / "r-1.bell")
    (folder / "r-1.answer").touch()
    (folder / "other").touch()
    assert waiting_ids(tmp_path) == ["r-1"]
    assert not post_answer(tmp_path, DENIED)
    assert [path.name for path in folder.iterdir()] == ["other"]


def test_a_bell_that_is_a_link_is_not_opened(tmp_path: Path, bell: int) -> None:
    (tmp_path / REQUESTS_IN_GIT / "r-2.bell").symlink_to("r-1.bell")
    with pytest.raises(OSError, match="symbolic links"):
        open_bell(tmp_path, "r-2")
    assert not is_waiting(tmp_path, "r-2")
    assert select.select([bell], [], [], 0)[0] == []


def test_an_answer_without_a_bell_is_removed(tmp_path: Path, bell: int) -> None:
    assert bell
    post_answer(tmp_path, DENIED)
    (tmp_path / REQUESTS_IN_GIT / "r-2.answer").touch()
    remove_left_answers(tmp_path)
    names = sorted(path.name for path in (tmp_path / REQUESTS_IN_GIT).iterdir())
    assert names == ["r-1.answer", "r-1.bell"]
