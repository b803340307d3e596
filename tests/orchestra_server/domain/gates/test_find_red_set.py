"""The smallest set that fails together is right, and few sets are asked for."""

import random
from collections.abc import Callable, Generator
from itertools import combinations
from typing import TypeVar

import pytest

from orchestra_server.domain.gates.find_red_set import Names, green_part, smallest_red_set

Result = TypeVar("Result")
EIGHT = tuple("abcdefgh")


def answered(
    search: Generator[Names, bool, Result], passes: Callable[[set[str]], bool]
) -> tuple[Result, list[Names]]:
    """Drive a search; each set is judged once."""
    answers = dict[Names, bool]()
    question = next(search)
    while True:
        if question not in answers:
            answers[question] = passes(set(question))
        try:
            question = search.send(answers[question])
        except StopIteration as end:
            return end.value, list(answers)


def without(*culprits: str) -> Callable[[set[str]], bool]:
    return lambda chambers: not any(set(culprit) <= chambers for culprit in culprits)


@pytest.mark.parametrize(("size", "most"), [(1, 39), (2, 224), (3, 598)])
def test_each_single_pair_and_triple_is_found_by_five_eight_and_eleven_sets_on_average(
    size: int, most: int
) -> None:
    every = 0
    for culprit in combinations(EIGHT, size):
        smallest, asked = answered(smallest_red_set(EIGHT), without("".join(culprit)))
        assert smallest == culprit
        assert len(asked) <= 1 + 4 * size
        every += len(asked)
    assert every <= most


def test_a_red_base_blames_nobody() -> None:
    assert answered(smallest_red_set(EIGHT), lambda _: False) == ((), [()])
    parts, _ = answered(green_part(EIGHT), lambda _: False)
    assert (parts.green, parts.red) == ((), ((),))


def test_of_each_red_set_the_last_chamber_stays_behind() -> None:
    parts, _ = answered(green_part(EIGHT), without("cf", "b"))
    assert parts.green == tuple("acdegh")
    assert sorted(parts.red) == [("b",), ("c", "f")]


def test_a_red_base_that_a_chamber_mends_lands_with_it() -> None:
    parts, asked = answered(green_part(EIGHT), lambda chambers: "d" in chambers)
    assert (parts.green, parts.red, asked) == (EIGHT, (), [EIGHT])


@pytest.mark.parametrize("seed", range(200))
def test_the_rest_of_any_failing_sets_passes_and_each_set_is_minimal(seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311 - scenes, no secrets
    names = EIGHT[: draw.randint(1, 8)]
    culprits = [
        "".join(draw.sample(names, draw.randint(1, min(3, len(names)))))
        for _ in range(draw.randint(1, 3))
    ]
    passes = without(*culprits)
    parts, _ = answered(green_part(names), passes)
    assert passes(set(parts.green))
    assert set(names) - set(parts.green) <= {red[-1] for red in parts.red}
    for red in parts.red:
        assert not passes(set(red))
        assert all(passes(set(red) - {name}) for name in red)
