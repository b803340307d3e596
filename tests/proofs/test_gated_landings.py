"""Generated chambers with known culprits: main is green after each landing, the sets are right."""

import random
from collections import Counter
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pytest

from orchestra_core.project import find_project
from orchestra_core.replies.completion import CompletedTask
from orchestra_core.settings import Settings
from orchestra_core.store.store import Store
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion.complete_task import complete_task
from tests.support.conductor.tasks import Clock, a_started_task, chambers_open
from tests.support.git.gates import trusted_gate
from tests.support.git.repositories import small_repository
from tests.support.proofs import Tally, seeds

NAMES = ("a", "b", "c", "d", "e")
# It fails if all files that one line of the rules names are there, and logs each tree it judges.
# A line that begins with `once` counts at the first look at a tree alone.
GATE = """
cd "$1"
tree=$(git rev-parse 'HEAD^{tree}')
grep -q $tree TREES && again=yes || again=no
echo $tree >> TREES
while read -r when rule; do
  all=yes
  for name in $rule; do test -f "$name.txt" || all=no; done
  test $when$again != onceyes || all=no
  test $all = no || { echo "culprits $rule"; exit 1; }
done < RULES
"""


@dataclass(frozen=True, slots=True)
class Rules:
    """Sets of chambers that fail together; `base` if the branch fails by itself.

    With `flaky` they fail at the first look at a tree, and pass at the second.
    """

    culprits: tuple[tuple[str, ...], ...]
    base: bool
    flaky: bool

    @property
    def text(self) -> str:
        when = "once" if self.flaky else "always"
        names = [*map(" ".join, self.culprits), *(["README"] if self.base else [])]
        return "".join(f"{when} {name}\n" for name in names)

    def passes(self, names: set[str]) -> bool:
        return not self.base and not any(names >= set(culprit) for culprit in self.culprits)


def drawn(seed: int) -> Rules:
    draw = random.Random(seed)  # noqa: S311 - scenes, no secrets
    sets = [list(combinations(NAMES, size)) for size in (1, 2, 3)]
    count = draw.choice((0, 1, 1, 1, 2))
    culprits = tuple(draw.choice(draw.choice(sets)) for _ in range(count))
    base = draw.random() < 0.1
    return Rules(culprits, base=base, flaky=bool(culprits) and not base and draw.random() < 0.15)


@pytest.mark.parametrize("seed", seeds(4, 1_000))
async def test_main_is_green_and_the_smallest_sets_are_named(
    store: Store, settings: Settings, tmp_path: Path, tally: Tally, seed: int
) -> None:
    repository = small_repository(tmp_path / "shop", {"README.txt": ""})
    context = Context(
        store=store,
        project=find_project(repository.path),
        settings=settings,
        actor="conductor",
        clock=Clock(),
    )
    rules = drawn(seed)
    trees = tmp_path / "trees"
    trees.touch()
    (tmp_path / "rules").write_text(rules.text)
    script = GATE.replace("TREES", str(trees)).replace("RULES", str(tmp_path / "rules"))
    (tmp_path / "gate.sh").write_text(script)
    trusted_gate(context, repository, f"sh {tmp_path}/gate.sh .")

    task_id = await a_started_task(context)
    for name, chamber in (await chambers_open(context, task_id, NAMES)).items():
        chamber.write(f"{name}.txt", name)
    told = await complete_task(context, task_id=task_id, summary="All")
    if rules.passes(set(NAMES)):
        assert told.completed
    elif rules.flaky:
        check_told(rules, told)
        await check_flaky(context, task_id)
    else:
        check_told(rules, told)
        told = await complete_task(context, task_id=task_id, summary="All", partial=True)
        assert rules.base is (told.merged == [])
    landed = {path.stem for path in repository.path.glob("?.txt")}
    assert rules.base or rules.passes(landed)
    judged = Counter(trees.read_text().split())
    repeated = sum(count - 1 for count in judged.values())
    assert repeated == rules.flaky, "a tree was judged twice"
    flaky, red_base = int(rules.flaky), int(rules.base)
    tally(repositories=1, runs=judged.total(), flaky=flaky, red_bases=red_base)


def check_told(rules: Rules, told: CompletedTask) -> None:
    assert not told.completed
    assert told.merged == []
    for conflict in told.conflicts:
        if conflict.between == ["base"]:
            assert rules.base
            continue
        names = set(conflict.between)
        assert not rules.passes(names)
        assert all(rules.passes(names - {name}) for name in names), "the set is not minimal"


async def check_flaky(context: Context, task_id: str) -> None:
    """Ask for the gate to be run again; what it says then is no pass, and is not asked again."""
    for again in (True, False, True):
        told = await complete_task(context, task_id=task_id, summary="All", again=again)
        assert not told.completed
        assert told.merged == []
        assert [conflict.kind for conflict in told.conflicts] == ["flaky gate"]
