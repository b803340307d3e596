"""Imports libraries without parts of them that Orchestra never uses, which would stay in memory.

Within a block of one of these functions other threads must not import what it hides.
"""

import importlib.util
import sys
from collections.abc import Generator
from contextlib import contextmanager
from types import ModuleType


@contextmanager
def hidden(*names: str) -> Generator[None]:
    """Let imports of modules fail within the block as if they were not installed.

    Those that are imported already stay.
    """
    absent = [name for name in names if name not in sys.modules]
    for name in absent:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        for name in absent:
            if name in sys.modules and not sys.modules[name]:
                del sys.modules[name]


@contextmanager
def bare_packages(*names: str) -> Generator[None]:
    """Let modules of packages be imported within the block without the packages themselves.

    A package's own code usually imports all of its modules. It can still be imported afterwards.
    Raises ImportError where one is not installed.
    """
    bare = {name: _bare_package(name) for name in names if name not in sys.modules}
    sys.modules.update(bare)
    try:
        yield
    finally:
        for name, package in bare.items():
            if sys.modules.get(name) is package:
                del sys.modules[name]


@contextmanager
def all_or_nothing(*packages: str) -> Generator[None]:
    """Forget modules of packages that were imported within the block, if it does not succeed."""
    before = set(sys.modules)
    try:
        yield
    except BaseException:
        for name in sys.modules.keys() - before:
            if name.partition(".")[0] in packages:
                sys.modules.pop(name, None)
        raise


def _bare_package(name: str) -> ModuleType:
    spec = importlib.util.find_spec(name)
    if spec is None:
        raise ImportError(name=name)
    return importlib.util.module_from_spec(spec)
