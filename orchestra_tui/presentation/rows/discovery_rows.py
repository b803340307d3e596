"""Discoveries as rows of a table."""

from orchestra_core.clock import Clock, now_ms
from orchestra_core.models import Discovery
from orchestra_core.wording.ages import age, due
from orchestra_tui.presentation.indexed_state import IndexedState
from orchestra_tui.presentation.rows.cells import Cell, Column, Row
from orchestra_tui.presentation.rows.symbols import SEVERITY
from orchestra_tui.presentation.text_fit import plain

DISCOVERY_COLUMNS = (
    Column(title="", width=1, gap=1),
    Column(title="discovery", width=20, flex=1),
    Column(title="from", width=14, since=48),
    Column(title="age", width=5, since=30, align="right"),
)


def discovery_row(discovery: Discovery, now: int) -> Row:
    """Return a discovery's row: severity, text, who found it, age."""
    author = discovery.chamber or discovery.agent_id
    cells = (
        SEVERITY[discovery.severity],
        Cell(plain(discovery.text), "muted" if discovery.pattern else "plain"),
        Cell(plain(author), "muted"),
        Cell(age(discovery.at, now), "muted"),
    )
    return Row(discovery.id, cells, due(discovery.at, now))


class DiscoveryRows:
    """The rows of the discovery table, made from the state when they are asked for."""

    def __init__(self, state: IndexedState, clock: Clock = now_ms) -> None:
        self._state = state
        self._clock = clock

    def row(self, key: str) -> Row:
        """Return a discovery's current row."""
        return discovery_row(self._state.discoveries[key], self._clock())

    def words(self, key: str) -> str:
        """Return the text that a filter searches: text, severity, impact and who found it."""
        discovery = self._state.discoveries[key]
        words = (
            discovery.text,
            discovery.severity,
            discovery.impact,
            discovery.chamber,
            discovery.agent_id,
        )
        return " ".join(words).casefold()
