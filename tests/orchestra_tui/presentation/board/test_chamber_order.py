"""The order of chambers by need."""

from hypothesis import given
from hypothesis import strategies as st

from orchestra_tui.presentation.board.chamber_order import ChamberOrder, Need

NEEDS = st.tuples(
    st.integers(0, 6), st.booleans(), st.integers(0, 3), st.integers(-3, 0), st.just("")
)


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.none() | NEEDS)))
def test_the_order_is_that_of_the_last_needs_whatever_came_before(
    changes: list[tuple[str, Need | None]],
) -> None:
    order, needs = ChamberOrder(), dict[str, Need]()
    for key, need in changes:
        if need is None:
            order.drop([key])
            needs.pop(key, None)
        else:
            assert order.put(key, need) == (needs.get(key) != need)
            needs[key] = need
    expected = sorted(needs, key=lambda key: (needs[key], key))
    assert order.keys == expected
    assert order.keys_below(5) == [key for key in expected if needs[key][0] < 5]
