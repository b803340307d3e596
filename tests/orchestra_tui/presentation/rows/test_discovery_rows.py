"""Discoveries as rows."""

from msgspec.structs import replace

from orchestra_tui.presentation.rows.discovery_rows import (
    discovery_row,
)
from tests.support.samples.documents import (
    NOON,
    a_discovery,
)


def test_a_row_shows_the_severity_of_a_discovery_as_a_symbol() -> None:
    symbols = {
        discovery_row(replace(a_discovery(), severity="info"), NOON).cells[0].text,
        discovery_row(replace(a_discovery(), severity="important"), NOON).cells[0].text,
        discovery_row(replace(a_discovery(), severity="critical"), NOON).cells[0].text,
    }
    assert len(symbols) == 3
