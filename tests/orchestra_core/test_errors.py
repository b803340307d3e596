"""A file that the system refuses is one line: which, why, and what to do."""

import errno
import os

import pytest

from orchestra_core.errors import unavailable


@pytest.mark.parametrize(
    ("number", "cure"),
    [
        (errno.EROFS, "make that writable"),
        (errno.EACCES, "give this user the right to write there"),
        (errno.ENOSPC, "make room on the disk"),
        (errno.EDQUOT, "make room in this user's disk quota"),
        (errno.EMFILE, "raise the limit of open files"),
        (errno.EISDIR, "see that it is there and can be written"),
    ],
)
def test_the_line_names_the_file_the_reason_and_the_cure(number: int, cure: str) -> None:
    said = str(unavailable(OSError(number, os.strerror(number), "/shop/.git/x")))
    assert said.startswith(f"/shop/.git/x cannot be used ({os.strerror(number)}); ")
    assert cure in said


def test_a_failure_without_a_file_is_one_line_too() -> None:
    assert "a file cannot be used (odd); see that" in str(unavailable(OSError("odd")))
