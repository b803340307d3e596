"""The one file that is installed, made of the hook's modules."""

import ast
import subprocess
import sys
from pathlib import Path

from orchestra_server.files.hook_setup.hook_bundle import SECTIONS, hook_source, module_head
from tests.support.installed_coverage import hook_origins

ROOT = Path(__file__).resolve().parents[4]
FOLDER = ROOT / "server" / "orchestra_server" / "files" / "hook"
# All that the hook imports at its start, C modules mostly; each further one costs a worker time.
QUICK = {"_json", "fcntl", "os", "sys", "time"}


def test_the_bundle_is_one_file_that_imports_only_the_standard_library() -> None:
    module = ast.parse(hook_source())
    imported = [node for node in module.body if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {ast.unparse(node).removeprefix("import ") for node in imported}
    assert names == QUICK
    assert "orchestra_server" not in hook_source()


def test_the_bundle_contains_every_module_and_no_name_is_defined_twice() -> None:
    defined = names_in(hook_source())
    assert len(defined) == len(set(defined))
    sources = [path.read_text() for path in FOLDER.rglob("[a-z]*.py")]
    assert sorted(defined) == sorted(name for source in sources for name in names_in(source))


def names_in(source: str) -> list[str]:
    names: list[str] = []
    for node in ast.parse(source).body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                names.append(name)
            case ast.Assign(targets=targets):
                inner = (node for target in targets for node in ast.walk(target))
                names += [
                    import_node.id for import_node in inner if isinstance(import_node, ast.Name)
                ]
            case _:
                pass
    return names


def test_the_bundle_passes_the_linter_and_the_formatter(tmp_path: Path) -> None:
    (tmp_path / "__init__.py").touch()
    hook = tmp_path / "interrupt_monitor.py"
    hook.write_text(hook_source())
    settings = ("--config", str(ROOT / "pyproject.toml"))
    ruff = (sys.executable, "-m", "ruff")
    linted = run(*ruff, "check", *settings, "--extend-ignore", "PTH,SIM105,INP001", hook)
    assert linted == "All checks passed!"
    assert run(*ruff, "format", "--check", *settings, hook) == "1 file already formatted"


def run(*command: str | Path) -> str:
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    return (ended.stdout + ended.stderr).strip()


def test_coverage_finds_the_lines_of_each_section_in_the_module_that_they_come_from() -> None:
    joined = hook_source().splitlines()
    origins = hook_origins()
    for at, (path, number) in origins.items():
        assert Path(path).read_text(encoding="utf-8").splitlines()[number - 1] == joined[at - 1]
    assert {Path(path).stem for path, _ in origins.values()} == {
        section.rpartition("/")[2] for section in SECTIONS
    }


def test_all_imports_of_a_module_are_in_its_head() -> None:
    for name in SECTIONS:
        source = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
        head, whole = (ast.parse(text).body for text in (module_head(source), source))
        imports = [node for node in whole if isinstance(node, ast.Import | ast.ImportFrom)]
        assert [ast.unparse(node) for node in head[1:]] == [ast.unparse(node) for node in imports]
