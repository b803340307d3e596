"""Parts of libraries that are left out of an import, and are there again afterwards."""

import subprocess
import sys
from pathlib import Path

import pytest

from orchestra_core.process.lean_import import all_or_nothing, bare_packages, hidden

pytestmark = pytest.mark.usefixtures("library")


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package whose own code imports all of its modules, as many do."""
    package = tmp_path / "lean_library"
    package.mkdir()
    (package / "__init__.py").write_text("from lean_library import wanted, heavy\nwhole = True\n")
    (package / "wanted.py").write_text("import wave as _\n")
    (package / "heavy.py").write_text("weight = 1\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])


def test_a_hidden_module_seems_not_to_be_installed_within_the_block_only(tmp_path: Path) -> None:
    ran = python(
        tmp_path,
        "from orchestra_core.process.lean_import import hidden\n"
        "with hidden('lean_library'):\n"
        "    try: import lean_library\n"
        "    except ImportError: print('hidden')\n"
        "import lean_library; print(lean_library.whole)",
    )
    assert ran == "hidden\nTrue\n"


def test_a_module_that_is_imported_already_is_not_hidden() -> None:
    with hidden("json"):
        import json  # noqa: PLC0415 - the block is what is tested
    assert sys.modules["json"] is json


def test_a_module_of_a_bare_package_is_imported_without_the_others(tmp_path: Path) -> None:
    ran = python(
        tmp_path,
        "import sys\n"
        "from orchestra_core.process.lean_import import bare_packages\n"
        "with bare_packages('lean_library'):\n"
        "    from lean_library import wanted\n"
        "print('lean_library.heavy' in sys.modules)\n"
        "import lean_library\n"
        "print(lean_library.heavy.weight, sys.modules['lean_library.wanted'] is wanted)",
    )
    assert ran == "False\n1 True\n"


def test_a_package_that_is_not_installed_cannot_be_bare() -> None:
    with pytest.raises(ImportError), bare_packages("no_such_library"):
        pass


def test_a_failed_import_leaves_no_half_of_the_package(tmp_path: Path) -> None:
    (tmp_path / "lean_library" / "heavy.py").write_text("raise ValueError('broken')")
    with pytest.raises(ValueError, match="broken"), all_or_nothing("lean_library"):
        import lean_library  # noqa: F401, PLC0415 # pyright: ignore - the fixture makes it
    assert not any(name.startswith("lean_library") for name in sys.modules)


def python(directory: Path, code: str) -> str:
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(directory)!r})\n{code}"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
