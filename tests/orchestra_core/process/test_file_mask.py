"""The mask is read and stays as it was."""

import os

from orchestra_core.process.file_mask import file_mask


def test_the_umask_is_returned_and_stays_as_it_was() -> None:
    before = os.umask(0o027)
    try:
        assert file_mask() == 0o027
        assert file_mask() == 0o027
    finally:
        os.umask(before)
