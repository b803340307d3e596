"""The simulation: a small one makes all its calls, on one server and on a Cluster."""

import pytest

from benchmarks import simulation
from tests.support.stores.valkey import Server


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulation, "_START_IN", 0.0)


def test_every_worker_reports_and_every_project_changes(valkey_server: Server) -> None:
    said = simulation.measure(valkey_server.url, [valkey_server], 2, 3, 1.2)
    assert "2 projects x 3 workers" in said
    assert "a change: median" in said


def test_the_projects_of_a_cluster_are_spread_over_three_primaries() -> None:
    with simulation.cluster() as nodes:
        url = f"redis+cluster://127.0.0.1:{nodes[0].port}"
        said = simulation.measure(url, nodes, 3, 10, 0.6)
    assert said.count("%") == len(nodes) + 1
