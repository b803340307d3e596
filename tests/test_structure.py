"""Every module has its tests, and every file and folder has a size that a reader can overlook.

The tests of `a/b/module.py` are `tests/a/b/test_module.py`; those of a package's own functions
stand beside the package. `tests/tested_elsewhere.toml` lists the others, each with a reason.
"""

import ast
import tomllib
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support import mutants

ROOT = Path(__file__).parent.parent
TESTS = ROOT / "tests"
LONGEST_FILE = 400
LONGEST_FUNCTION = 50
LARGEST_FOLDER = 12
# They say that something was chosen, not what it is.
EMPTY_NAMES = frozenset({"found", "kept", "known", "left", "one", "other"})


class Elsewhere(NamedTuple):
    """Modules without a test module of their own: what tests them, and why there."""

    tests: str
    why: str
    modules: list[str]


TESTED_ELSEWHERE = [
    Elsewhere(tests, **entry)
    for tests, entry in tomllib.loads(
        (TESTS / "tested_elsewhere.toml").read_text(encoding="utf-8")
    ).items()
]


def _modules() -> list[Path]:
    """Return the source modules, each relative to its source root."""
    roots = (ROOT / "server", ROOT)
    folders = ("orchestra_core", "orchestra_server", "orchestra_tui")
    return sorted(
        path.relative_to(root)
        for root in roots
        for folder in folders
        for path in (root / folder).rglob("*.py")
    )


def _source(module: Path) -> Path:
    return next(path for root in (ROOT / "server", ROOT) if (path := root / module).is_file())


def _does_something(function: ast.AST) -> bool:
    """Tell whether a function is more than a declaration: a docstring, and perhaps `...`."""
    return isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) and any(
        not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
        for statement in function.body
    )


def _has_behaviour(module: Path) -> bool:
    tree = ast.parse(_source(module).read_text(encoding="utf-8"))
    return any(_does_something(node) for node in ast.walk(tree))


def _own_tests(module: Path) -> Path:
    subject = module.parent if module.stem == "__init__" else module.with_suffix("")
    return TESTS / subject.parent / f"test_{subject.stem.strip('_')}.py"


def _untested() -> set[str]:
    return {
        module.with_suffix("").as_posix()
        for module in _modules()
        if _has_behaviour(module) and not _own_tests(module).is_file()
    }


def _listed() -> list[str]:
    return [module for entry in TESTED_ELSEWHERE for module in entry.modules]


def test_each_module_with_behaviour_has_a_test_module_or_is_listed() -> None:
    assert sorted(_untested() - set(_listed())) == []


def test_each_listed_module_exists_once_and_has_no_test_module() -> None:
    assert sorted(set(_listed()) - _untested()) == []
    assert len(set(_listed())) == len(_listed())


@pytest.mark.parametrize("entry", TESTED_ELSEWHERE, ids=lambda entry: entry.tests)
def test_the_tests_named_in_the_list_exist(entry: Elsewhere) -> None:
    path = ROOT / entry.tests
    assert path.is_file() or any(path.glob("**/test_*.py"))
    assert entry.why


@pytest.mark.parametrize("module", mutants.MODULES)
def test_each_module_that_is_mutated_exists_and_has_the_tests_that_are_named(module: str) -> None:
    assert (ROOT / mutants.SOURCE / f"{module}.py").is_file()
    assert all((ROOT / mutants.TESTS / path).is_file() for path in mutants.tests_of(module))


def test_no_class_name_stands_for_two_things() -> None:
    places: dict[str, list[str]] = {}
    for module in _modules():
        tree = ast.parse(_source(module).read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name.lstrip("_"), []).append(module.as_posix())
    assert {name: modules for name, modules in places.items() if len(modules) > 1} == {}


def test_no_file_is_too_long() -> None:
    folders = ("orchestra_tui", "server", "tests", "benchmarks")
    lengths = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
    }
    assert {path: length for path, length in lengths.items() if length > LONGEST_FILE} == {}


def test_no_function_is_too_long() -> None:
    lengths = {
        f"{module.as_posix()}: {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for module in _modules()
        for node in ast.walk(ast.parse(_source(module).read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}


def test_no_folder_of_a_package_has_too_many_files() -> None:
    folders: dict[str, int] = {}
    for folder in {_source(module).parent for module in _modules()}:
        files = [path for path in folder.iterdir() if path.is_file() and _is_read(path)]
        folders[folder.relative_to(ROOT).as_posix()] = len(files)
    assert {folder: count for folder, count in folders.items() if count > LARGEST_FOLDER} == {}


def _is_read(path: Path) -> bool:
    """Tell whether a file has something to read in it: these two only say what a folder is."""
    return path.name not in ("__init__.py", "py.typed")


def _names_given(function: ast.AST) -> set[str]:
    """Return what a function calls its arguments and locals, nested functions included."""
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        return set()
    bound = (node for node in ast.walk(function) if isinstance(node, ast.Name | ast.arg))
    names = {
        node.arg if isinstance(node, ast.arg) else node.id
        for node in bound
        if isinstance(node, ast.arg) or isinstance(node.ctx, ast.Store)
    }
    # Two of a kind: `self` and `other` as Python has them, the left and the right of a screen.
    pairs = ({"self", "other"}, {"left", "right"})
    return names.difference(*(pair for pair in pairs if pair <= names))


def test_arguments_and_locals_say_what_they_hold() -> None:
    empty = {
        module.as_posix(): sorted(names)
        for module in _modules()
        for node in ast.walk(ast.parse(_source(module).read_text(encoding="utf-8")))
        if (names := _names_given(node) & EMPTY_NAMES)
    }
    assert empty == {}
