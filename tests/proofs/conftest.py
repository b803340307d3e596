"""Proofs: what holds of whole sequences of calls, and how much of it was tried.

ORCHESTRA_PROOFS=full runs each of them at full length; the summary then says how many sequences,
events, calls and kill points that were (ORCHESTRA_PROOFS=short: of the sample). Generated landings
run in parts by ORCHESTRA_PROOFS_SEEDS=1000-1250.
"""

from collections.abc import Callable, Generator

import pytest

from tests.support.git.repositories import PLAIN_GIT
from tests.support.kills.killed_calls import Driver, driving
from tests.support.proofs import FULL, FULL_SECONDS, TOLD, Tally


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if FULL:
        for item in items:
            item.add_marker(pytest.mark.timeout(FULL_SECONDS))


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports: list[pytest.TestReport] = [
        report
        for outcome in ("passed", "failed")
        for report in terminalreporter.getreports(outcome)
        if isinstance(report, pytest.TestReport) and report.when == "call"
    ]
    counted = [report for report in reports if report.user_properties]
    for report in counted if TOLD else []:
        told = ", ".join(f"{value} {name}" for name, value in report.user_properties)
        terminalreporter.write_line(f"{report.nodeid.partition('::')[2]}: {told}")


@pytest.fixture(autouse=True)
def plain_git(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in PLAIN_GIT.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def tally(record_property: Callable[[str, object], None]) -> Tally:
    """Return what notes how much was tried: `tally(calls=500)`."""

    def note(**counts: int) -> None:
        for name, count in counts.items():
            record_property(name.replace("_", " "), count)

    return note


@pytest.fixture(scope="session")
def driver() -> Generator[Driver]:
    """Return what makes calls and kills them: one for all tests, as its imports take a second."""
    with driving() as started:
        yield started
