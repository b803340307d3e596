"""Compiles the hook once for each test process, not again in each of a thousand repositories.

A repository's first hook compiles its code, which takes longer than everything else that the hook
does.
"""

import marshal
from functools import cache
from importlib.util import MAGIC_NUMBER, cache_from_source
from pathlib import Path

import pytest

from orchestra_server.files.hook_setup import hook_code


def install_compiled(patch: pytest.MonkeyPatch) -> None:
    """Write the compiled code beside the code that this process installs, as Python would."""
    write_atomically = hook_code.write_atomically

    def write(file: Path, content: bytes) -> None:
        write_atomically(file, content)
        source, compiled = file.stat(), Path(cache_from_source(str(file)))
        numbers = (0, int(source.st_mtime), source.st_size)  # 0: checked by these two
        head = b"".join(number.to_bytes(4, "little") for number in numbers)
        compiled.parent.mkdir(exist_ok=True)
        compiled.write_bytes(MAGIC_NUMBER + head + _compiled(content))

    patch.setattr(hook_code, "write_atomically", write)


@cache
def _compiled(content: bytes) -> bytes:
    return marshal.dumps(compile(content, "interrupt_monitor.py", "exec", dont_inherit=True))
