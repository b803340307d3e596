"""Keeps the last run: the table in README.md, the whole as JSON, the growth as plots.

Rows that are measured alone take the place of theirs in the run that is kept, with their commit.
"""

from pathlib import Path

import msgspec
from msgspec.structs import replace

from benchmarks.figures.plot import growth_plots
from benchmarks.figures.table import BenchmarkRun, markdown

_BEGIN = "<!-- the last table, written by `python -m benchmarks --record` -->"
_END = "<!-- end of the table -->"


def record(run: BenchmarkRun, directory: Path, *, whole: bool) -> None:
    """Write the run into `directory`; its README keeps what stands around the table.

    `whole`: it takes the place of the run that is kept, else only its rows do.
    """
    results = directory / "results"
    results.mkdir(exist_ok=True)
    if not whole and (results / "last.json").exists():
        recorded = msgspec.json.decode((results / "last.json").read_bytes(), type=BenchmarkRun)
        run = put_into(recorded, run)
    document = msgspec.json.format(msgspec.json.encode(run), indent=1)
    (results / "last.json").write_bytes(document + b"\n")
    for name, drawing in growth_plots(run.rows).items():
        (results / f"{name}.svg").write_text(drawing, encoding="utf-8")
    readme = directory / "README.md"
    text = readme.read_text(encoding="utf-8")
    before, _, rest = text.partition(_BEGIN)
    after = rest.partition(_END)[2]
    readme.write_text(f"{before}{_BEGIN}\n\n{_table(run)}\n\n{_END}{after}", encoding="utf-8")


def put_into(recorded: BenchmarkRun, later: BenchmarkRun) -> BenchmarkRun:
    """Return the recorded run with its results replaced by those of a later run."""
    commit = later.machine.commit
    new = {row.name: replace(row, commit=commit) for row in later.rows}
    rows = [new.pop(row.name, row) for row in recorded.rows]
    return replace(recorded, rows=(*rows, *new.values()))


def _table(run: BenchmarkRun) -> str:
    machine = run.machine
    load = " / ".join(f"{average:.1f}" for average in machine.load)
    packages = ", ".join(f"{name} {version}" for name, version in machine.packages.items())
    where = (
        f"{run.at}, commit `{machine.commit[:12]}`"
        f"{' with uncommitted changes' if machine.changed else ''}: {machine.processor}, "
        f"{machine.cores} cores, {machine.memory_gib} GiB, {machine.system}, "
        f"load {load} at the start. Python {machine.python}, git {machine.git}, {packages}. "
        "Figures are medians, in brackets the 10th to the 90th percentile; "
        "a ratio is ours by the other's."
    )
    if any(row.commit for row in run.rows):
        where += " A row with a commit behind its name was measured again at that one."
    meanings = [f"- **{row.name}**: {row.meaning}" for row in run.rows]
    return "\n".join([where, "", *markdown(run.rows), "", "What each row means:", "", *meanings])
