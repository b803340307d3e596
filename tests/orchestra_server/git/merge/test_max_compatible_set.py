from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from orchestra_server.git.merge.max_compatible_set import max_compatible_sets


def rivalry(count: int, *pairs: tuple[int, int]) -> list[set[int]]:
    rivals = [set[int]() for _ in range(count)]
    for chamber, rival in pairs:
        rivals[chamber].add(rival)
        rivals[rival].add(chamber)
    return rivals


def test_without_conflicts_every_chamber_is_chosen() -> None:
    assert max_compatible_sets(rivalry(3)) == [{0, 1, 2}]


def test_a_chamber_that_conflicts_with_all_others_is_left_out() -> None:
    assert max_compatible_sets(rivalry(4, (0, 1), (0, 2), (0, 3))) == [{1, 2, 3}]


def test_of_two_conflicting_chambers_the_earlier_is_chosen() -> None:
    assert max_compatible_sets(rivalry(3, (0, 2))) == [{0, 1}, {1, 2}]


def test_a_chamber_that_conflicts_with_the_base_is_left_out() -> None:
    assert max_compatible_sets(rivalry(2, (1, 1))) == [{0}]


def test_sixty_four_conflicting_chambers_are_decided_quickly() -> None:
    everybody = rivalry(64, *combinations(range(64), 2))
    assert len(max_compatible_sets(everybody)[0]) == 1


@given(
    st.integers(1, 7).flatmap(
        lambda n: st.tuples(
            st.just(n), st.sets(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)))
        )
    )
)
def test_no_larger_set_of_chambers_is_free_of_conflicts(
    drawn: tuple[int, set[tuple[int, int]]],
) -> None:
    count, pairs = drawn
    rivals = rivalry(count, *pairs)
    sets = max_compatible_sets(rivals)

    def peaceful(members: frozenset[int]) -> bool:
        return not any(rivals[member] & members for member in members)

    subsets = [
        frozenset(some) for size in range(count + 1) for some in combinations(range(count), size)
    ]
    largest = max(len(some) for some in subsets if peaceful(some))
    assert set(sets) == {some for some in subsets if len(some) == largest and peaceful(some)}
