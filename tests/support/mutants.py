"""`make mutants`: change modules whose bugs would lose work; list what no test notices.

Each module is mutated in a copy of the tree and tested by its own tests alone, within a time limit.
`python -m tests.support.mutants git/repository/is_merged domain` runs the named modules or folders.
Tests of git mostly write files: with TMPDIR in memory they take half the time.
"""

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[2]
SOURCE = "server/orchestra_server"
TESTS = "tests/orchestra_server"
_SECONDS = 120.0  # for the tests of one mutant
_GIT_MODULES = (
    "git/repository/is_merged",
    "git/merge/fast_forward",
    "git/merge/replay_own_commits",
    "git/merge/undo_fast_forward",
    "git/worktrees/quarantine",
    *(
        f"git/saves/{name}"
        for name in (
            "only_saved_content", "recreate_worktree", "remove_saved_worktree", "restore",
            "restore_submodules", "resume_restore", "save",
            "save_index_and_operation", "save_format",
            "save_submodules",
        )
    ),
)  # fmt: skip
_DOMAIN_MODULES = (
    *("chambers/chamber_health", "chambers/chamber_lifecycle", "chambers/chamber_ports"),
    *("chambers/conflicts", "chambers/orchestra_files"),
    *("gates/find_red_set", "gates/output_excerpt", "gates/red_set", "gates/tree_judgement"),
    *("gates/verdicts", "tasks/exchange", "tasks/landing_holds", "tasks/task_lifecycle"),
    *("tasks/unintended_files", "workers/discoveries", "workers/interrupts"),
    *("workers/parse_discoveries", "workers/requests", "workers/spend_limits"),
    "workers/started_workers",
)
_SAVES, _SNAPSHOT, _WORKTREES = "git/saves/test_", "git/snapshot/test_", "git/worktrees/test_"
_ROUND_TRIPS = (
    *(f"{_SAVES}{name}.py" for name in ("restore", "save", "save_deleted", "resume_restore")),
    *(f"{_SNAPSHOT}{name}.py" for name in ("in_progress_operation", "reflog_commits")),
    f"{_SNAPSHOT}exact_bytes_and_modes.py",
)
_OF_SUBMODULES = (f"{_WORKTREES}submodules.py",)
_INTERRUPTED = (f"{_SAVES}recreate_interrupted.py",)
# The tests of modules that are not, or not all, in the test module of the same name.
_OTHER_TESTS: Mapping[str, Sequence[str]] = {
    "git/merge/fast_forward": (
        *("git/merge/test_fast_forward.py", "git/merge/test_fast_forward_refused.py"),
        "git/merge/test_blocked_files.py",
    ),
    "git/merge/undo_fast_forward": (
        *("git/merge/test_undo_fast_forward.py", "git/merge/test_fast_forward.py"),
    ),
    "git/saves/save": (*_ROUND_TRIPS, f"{_SAVES}save_ignored.py"),
    "git/saves/save_index_and_operation": (
        *(f"{_SAVES}{name}.py" for name in ("save_index_and_operation", "gather_extras")),
        *_ROUND_TRIPS,
    ),
    "git/saves/save_format": (
        *(f"{_SAVES}{name}.py" for name in ("save_format", "remove_saved_worktree")),
        *_ROUND_TRIPS,
    ),
    "git/saves/only_saved_content": (f"{_SAVES}only_saved_content.py", *_INTERRUPTED),
    "git/saves/recreate_worktree": (f"{_SAVES}recreate_worktree.py", *_INTERRUPTED),
    "git/saves/resume_restore": (f"{_SAVES}resume_restore.py", *_INTERRUPTED),
    "git/saves/save_submodules": (f"{_SAVES}save_submodules.py", *_OF_SUBMODULES),
    "git/saves/restore": (
        *(*_ROUND_TRIPS, *_OF_SUBMODULES, *_INTERRUPTED),
        f"{_SAVES}save_format.py",  # restores what was saved without a filter
    ),
    "git/saves/restore_submodules": (f"{_SAVES}restore_submodules.py", *_OF_SUBMODULES),
    "git/saves/remove_saved_worktree": (
        *(f"{_SAVES}remove_saved_worktree.py", f"{_WORKTREES}quarantine.py"),
        *(f"{_SAVES}save_ignored.py", *_OF_SUBMODULES),
    ),
}
# Loading these takes longer than most tests.
_UNUSED_PLUGINS = ("xdist", "hypothesispytest", "syrupy", "textual-snapshot", "anyio")
# Mutants that are not run: each is killed if another one of the same operator is.
_REDUNDANT = (
    # The operands are mostly paths, sets and texts, and one wrong operator raises like any other.
    *(r"BinaryOperator_Add_(?!Sub$)", r"BinaryOperator_Sub_(?!Add$|BitOr$)"),
    *(r"BinaryOperator_(Mul|Div)_(?!FloorDiv$)", r"BinaryOperator_(FloorDiv|Mod|Pow)_(?!Mul$)"),
    *(r"BinaryOperator_BitOr_(?!BitAnd$)", r"BinaryOperator_Bit(And|Xor)_(?!BitOr$)"),
    # Values below, at and above the limit tell the remaining ones from the code, and so these.
    *(r"ComparisonOperator_Eq_(Lt|Gt|Is|IsNot)$", r"ComparisonOperator_NotEq_(LtE|GtE|Is|IsNot)$"),
    *(r"ComparisonOperator_Lt_(Gt|Eq|Is|IsNot)$", r"ComparisonOperator_Gt_(Lt|Eq|Is|IsNot)$"),
    *(
        r"ComparisonOperator_LtE_(GtE|NotEq|Is|IsNot)$",
        r"ComparisonOperator_GtE_(LtE|NotEq|Is|IsNot)$",
    ),
    *(r"ComparisonOperator_Is_(?!IsNot$)", r"ComparisonOperator_IsNot_(?!Is$)"),
)
MODULES = (*_GIT_MODULES, *(f"domain/{name}" for name in _DOMAIN_MODULES))


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of a module, and whether its tests failed with it."""

    operator: str
    line: int
    diff: str
    killed: bool


def main(wanted: Sequence[str]) -> int:
    """Mutate the wanted modules; return 1 when a mutant survives."""
    folders = tuple(f"{name}/" for name in wanted)
    chosen = [name for name in MODULES if not wanted or f"{name}/".startswith(folders)]
    survivors = 0
    for module in chosen:
        mutants = mutate(module)
        alive = [mutant for mutant in mutants if not mutant.killed]
        survivors += len(alive)
        sys.stdout.write(f"{module}: {len(mutants)} mutants, {len(alive)} survive\n")
        for mutant in alive:
            sys.stdout.write(f"  line {mutant.line}, {mutant.operator}\n{mutant.diff}\n")
        sys.stdout.flush()
    return 1 if survivors else 0


def mutate(module: str) -> list[Mutant]:
    """Run the module's tests once for each mutant of it, in a copy of the tree."""
    with tempfile.TemporaryDirectory(prefix="orchestra-mutants-") as directory:
        tree = Path(directory, "tree")
        _copy(tree)
        config, session = Path(directory, "config.toml"), Path(directory, "session.sqlite")
        test_command = _test_command(module, Path(directory, "tests"))
        config.write_text(_config(module, test_command))
        environment = {**os.environ, "PYTHONPATH": str(tree / "server")}
        # Tests that fail without a change would count each mutant as killed. This run also leaves
        # compiled modules behind, which the runs of cosmic-ray read but never write.
        subprocess.run(test_command, cwd=tree, env=environment, check=True, stdout=sys.stderr)
        _run(tree, environment, "cli", "init", str(config), str(session))
        _run(tree, environment, "tools.filters.operators_filter", str(session), str(config))
        _run(tree, environment, "cli", "exec", str(config), str(session))
        return list(_mutants(_run(tree, environment, "cli", "dump", str(session))))


def _copy(tree: Path) -> None:
    listed = subprocess.run(
        ["git", "-C", str(_ROOT), "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        check=True,
        capture_output=True,
        text=True,
    )
    for name in listed.stdout.split("\0")[:-1]:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        if (_ROOT / name).is_file():
            shutil.copy2(_ROOT / name, tree / name)


def _test_command(module: str, scratch: Path) -> list[str]:
    return [
        *(sys.executable, "-m", "pytest", "--quiet", "--exitfirst", "--randomly-dont-reorganize"),
        *(word for name in _UNUSED_PLUGINS for word in ("-p", f"no:{name}")),
        f"--basetemp={scratch}",
        *(f"{TESTS}/{path}" for path in tests_of(module)),
    ]


def _config(module: str, test_command: Sequence[str]) -> str:
    redundant = "".join(f"'core/Replace{pattern}',\n" for pattern in _REDUNDANT)
    return (
        f'[cosmic-ray]\nmodule-path = "{SOURCE}/{module}.py"\ntimeout = {_SECONDS}\n'
        f'test-command = "{shlex.join(test_command)}"\n'
        '[cosmic-ray.distributor]\nname = "local"\n'
        f"[cosmic-ray.filters.operators-filter]\nexclude-operators = [\n{redundant}]\n"
    )


def tests_of(module: str) -> Sequence[str]:
    """Return the test modules of a module, relative to the tests of its package."""
    folder, _, name = module.rpartition("/")
    return _OTHER_TESTS.get(module, (f"{folder}/test_{name}.py",))


def _run(tree: Path, environment: Mapping[str, str], program: str, *words: str) -> str:
    ended = subprocess.run(
        [sys.executable, "-m", f"cosmic_ray.{program}", *words],
        cwd=tree,
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return ended.stdout


def _mutants(dump: str) -> Iterator[Mutant]:
    for line in dump.splitlines():
        work: dict[str, Any]
        result: dict[str, Any] | None
        work, result = json.loads(line)
        if result is not None and result["worker_outcome"] == "skipped":
            continue
        mutation = work["mutations"][0]
        yield Mutant(
            operator=mutation["operator_name"],
            line=mutation["start_pos"][0],
            diff=(result or {}).get("diff") or "",
            killed=result is not None and result["test_outcome"] == "killed",
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
