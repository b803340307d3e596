"""Measures coverage of the two programs installed as copies: the hook and the server's launcher.

Both run outside the source tree, and the hook by `python -I -S`, which reads no `.pth` file. So
while coverage is measured, the copies that tests install start it by themselves. `python -m` this
module, run after `coverage combine`, maps the lines of the copies back to the modules that they
were made from.
"""

import ast
import os
import site
from collections.abc import Iterator
from pathlib import Path

import pytest
from coverage import CoverageData

from orchestra_server.files.hook_setup import hook_code
from orchestra_server.files.hook_setup.hook_bundle import SECTIONS, hook_source
from orchestra_server.files.installation import installed_files

IS_MEASURING = "COVERAGE_PROCESS_CONFIG" in os.environ
_FILES = Path(__file__).resolve().parents[2] / "server" / "orchestra_server" / "files"
_LAUNCHER = _FILES / "installation" / "orchestration_launcher.py"
_START = (
    "import os, sys; sys.path.append({packages!r}); "
    "'COVERAGE_PROCESS_CONFIG' in os.environ and __import__('coverage').process_startup(); "
)

Origin = tuple[str, int]  # a module's path and a line in it


def coverage_environ() -> dict[str, str]:
    """Return what a process needs to be measured, for tests that choose its whole environment."""
    return {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}


def measure_installed(patch: pytest.MonkeyPatch) -> None:
    """Make the hooks and launchers that this process installs start coverage on their first line.

    All lines keep their numbers. The rest of the module then runs untraced, its functions traced.
    """
    start = _START.format(packages=site.getsitepackages()[0])
    launcher_source = installed_files.launcher_source

    def measured_launcher(python: Path) -> str:
        return start + launcher_source(python)

    patch.setattr(hook_code, "hook_source", lambda: start + hook_source())
    patch.setattr(installed_files, "launcher_source", measured_launcher)


def hook_origins() -> dict[int, Origin]:
    """Return the origin of each line of the joined hook that is in a section."""
    joined = hook_source().splitlines()
    origins: dict[int, Origin] = {}
    at = 0
    for section in SECTIONS:
        path = _FILES / "hook" / f"{section}.py"
        for number, line in _body(path.read_text(encoding="utf-8")):
            at = joined.index(line, at)
            at += 1
            origins[at] = (str(path), number)
    return origins


def _body(source: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of a module below its imports, with their numbers."""
    nodes = ast.parse(source).body
    # The docstring and the imports are the bundle's own.
    head = [nodes[0], *(node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom))]
    first = max(node.end_lineno or 0 for node in head)
    for number, line in enumerate(source.splitlines()[first:], first + 1):
        if line:
            yield number, line


def lines_at_import(module: ast.Module | ast.ClassDef) -> Iterator[int]:
    """Yield the lines that run whenever a module is imported: all outside its functions."""
    for node in module.body:
        match node:
            case ast.ClassDef():
                yield node.lineno
                yield from lines_at_import(node)
            case ast.FunctionDef():
                yield from range(node.lineno, node.body[0].lineno)
            case _:
                yield from range(node.lineno, (node.end_lineno or node.lineno) + 1)


def map_installed(data: CoverageData) -> None:
    """Count the lines that ran in installed copies for the modules they come from.

    If any function of a hook ran, all of it was imported.
    """
    origins = hook_origins()
    lines: dict[str, set[int]] = {}
    places = ("/.claude/", f"/{hook_code.HOOKS_IN_GIT}/")
    copies = [file for file in data.measured_files() if any(place in file for place in places)]
    for copy in copies:
        ran = data.lines(copy) or []
        if copy.endswith("interrupt_monitor.py"):
            for path, number in (origins[line] for line in ran if line in origins):
                lines.setdefault(path, set()).add(number)
        else:
            lines.setdefault(str(_LAUNCHER), set()).update(ran)
    for path in [path for path in lines if path != str(_LAUNCHER)]:
        lines[path].update(lines_at_import(ast.parse(Path(path).read_text(encoding="utf-8"))))
    data.add_lines(lines)


if __name__ == "__main__":
    combined = CoverageData()
    combined.read()
    map_installed(combined)
