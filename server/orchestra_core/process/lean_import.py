"""Imports libraries without those of their parts that Orchestra never uses, to save memory.

Within such a block, other threads must not import what it hides.
"""

import importlib.util
import sys
from collections.abc import Generator
from contextlib import contextmanager
from types import ModuleType


@contextmanager
def hidden(*names: str) -> Generator[None]:
    """Make imports of these modules fail within the block, as if they were not installed.

    Modules that are already imported stay.
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
    """Let the modules of these packages be imported without the packages' own code.

    A package's `__init__` usually imports all its modules. It can still be imported after the
    block. Raises ImportError if a package is not installed.
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
    """Forget the packages' modules that the block imported if the block fails."""
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
