"""Code that changes under a running process, in every way in which installers change it."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestra_core.daemon.own_code import OwnCode

_MODULE = "orchestra_server/usecases/module.py"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    module = tmp_path / _MODULE
    module.parent.mkdir(parents=True)
    module.write_text("X = 1\n")
    return tmp_path


def rewrite(place: Path) -> None:
    (place / _MODULE).write_text("X = 22\n")


def replace_with_an_old_file(place: Path) -> None:
    (place / "new.py").write_text("X = 2\n")
    os.utime(place / "new.py", (1, 1))
    (place / "new.py").replace(place / _MODULE)


def remove(place: Path) -> None:
    (place / _MODULE).unlink()


def remove_the_package(place: Path) -> None:
    shutil.rmtree(place / "orchestra_server")


@pytest.mark.parametrize("change", [rewrite, replace_with_an_old_file, remove, remove_the_package])
def test_a_changed_or_removed_file_is_noticed(
    place: Path, change: Callable[[Path], object]
) -> None:
    code = OwnCode(str(place))
    assert not code.has_changed()
    change(place)
    assert code.has_changed()


def test_what_python_compiles_and_what_others_have_installed_does_not_count(place: Path) -> None:
    compiled = place / "orchestra_server" / "usecases" / "__pycache__"
    compiled.mkdir()
    (compiled / "module.cpython-311.pyc").write_bytes(b"older")
    (place / "other").mkdir()
    code = OwnCode(str(place))
    shutil.rmtree(compiled)
    (place / "other" / "module.py").write_text("Y = 1\n")
    assert not code.has_changed()


def test_without_a_place_it_is_this_programs_code() -> None:
    assert not OwnCode().has_changed()
