"""The wheel holds all that runs, and `server` never becomes a package of anybody's."""

import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
_LOOK = "import importlib.util as u, sys; sys.exit(0 if u.find_spec('server') is None else 3)"

_PACKAGES = {"orchestra_core", "orchestra_server", "orchestra_tui"}


def _tracked(*folders: str) -> set[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", *folders], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return set(listed.stdout.split("\0")) - {""}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(directory)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    return next(directory.glob("*.whl"))


def test_the_wheel_holds_the_three_packages_and_their_data_files(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    tops = {name.split("/")[0] for name in names if not name.split("/")[0].endswith(".dist-info")}
    assert tops == _PACKAGES
    wanted = {name.removeprefix("server/") for name in _tracked("orchestra_tui", "server")}
    assert wanted - names == set()


def test_the_wheel_marks_its_packages_as_typed(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {f"{package}/py.typed" for package in _PACKAGES} - names == set()


def test_the_source_archive_holds_every_tracked_file(
    tmp_path: Path,
) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    with tarfile.open(next(tmp_path.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert _tracked() - names == set()


def test_an_installed_wheel_runs_from_any_directory(wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "installed"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", target, wheel],
        check=True,
        capture_output=True,
    )
    for arguments, expected in (
        (("-c", _LOOK), b""),
        (("-m", "orchestra_tui.command_line", "--version"), b"orchestra 0.1.0"),
        (
            ("-c", "import orchestra_server as s; print(s.__file__)"),
            str(target / "orchestra_server" / "__init__.py").encode(),
        ),
    ):
        answer = subprocess.run(
            # Without site, the editable install of this checkout is not there to help.
            [sys.executable, "-S", *arguments],
            cwd=tmp_path,
            env={"PYTHONPATH": f"{target}:{sysconfig.get_path('purelib')}"},
            capture_output=True,
            check=False,
        )
        assert answer.returncode == 0, answer.stderr
        assert answer.stdout.strip() == expected
