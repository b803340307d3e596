"""Each chamber gets ports that nobody else has."""

import pytest

from orchestra_core.configuration.gate_plan import Ports
from orchestra_core.errors import Refused
from orchestra_server.domain.chambers.chamber_ports import as_environment, assign_ports, ports_in

TWO = Ports(names=("WEB", "API"), first=41_000, last=41_006)


def test_taken_ports_and_those_in_use_are_passed_over() -> None:
    assigned = assign_ports(TWO, {41_001}, 2, lambda port: port != 41_003)
    assert assigned == [("WEB=41000", "API=41002"), ("WEB=41004", "API=41005")]
    assert [ports_in(own) for own in assigned] == [[41_000, 41_002], [41_004, 41_005]]
    assert as_environment(assigned[0]) == {"WEB": "41000", "API": "41002"}


def test_a_range_that_is_used_up_says_so() -> None:
    with pytest.raises(Refused, match="too few free ports from 41000 to 41006 for 4 more chambers"):
        assign_ports(TWO, (), 4, lambda _: True)


def test_a_gate_takes_its_ports_from_the_end_of_the_range() -> None:
    assigned = assign_ports(TWO, {41_006}, 1, lambda _: True, from_end=True)
    assert assigned == [("WEB=41005", "API=41004")]


def test_a_range_is_used_to_its_last_port() -> None:
    assigned = assign_ports(TWO, {41_000}, 3, lambda _: True)
    assert assigned[-1] == ("WEB=41005", "API=41006")
    assert ports_in(["WEB=41005", "HOST=localhost", "NONE"]) == [41_005]
    assert as_environment(["OPTIONS=a=b"]) == {"OPTIONS": "a=b"}
