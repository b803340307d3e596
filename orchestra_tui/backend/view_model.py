"""The state the room shows: updated by its source, and passed to the screen in steps.

Changes between two steps are collected, and a row's last value wins. A step comes at most every 45
ms, and only if something has changed, so an idle room does nothing.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from orchestra_core.clock import Clock, now_ms
from orchestra_core.events import Event
from orchestra_core.models import Heartbeat, Presence
from orchestra_core.state import ProjectState
from orchestra_tui.presentation.indexed_state import ChangedRows, IndexedState
from orchestra_tui.presentation.status_text import StoreLink

STEP = 0.045  # seconds; a shorter step costs processor time, a longer one delays events


@dataclass(slots=True)
class ViewChanges:
    """What has changed since the last step; `whole` if everything has."""

    whole: bool = False
    status: bool = False
    rows: ChangedRows = field(default_factory=ChangedRows)
    events: list[Event] = field(default_factory=list[Event])
    away: int = 0  # ms for which the store was out of reach, if it has just come back


class ViewModel:
    """An `EventSink`: the state, whether it is live, and the changes not shown yet."""

    def __init__(
        self,
        on_step: Callable[[ViewChanges], None],
        clock: Clock = now_ms,
        own_clone: Callable[[], str] = str,
    ) -> None:
        self.state = IndexedState(clock=clock)
        self.link: StoreLink = "connecting"
        self.link_since = 0
        self.reason = ""
        self.live_once = False  # whether there was a snapshot yet
        self._lost_at = 0
        self._on_step = on_step
        self._clock = clock
        self._own_clone = own_clone
        self._changes = ViewChanges()
        self._timer: asyncio.TimerHandle | None = None
        self._stepped = 0.0

    def snapshot(self, state: ProjectState, recent: Sequence[Event]) -> None:
        """Start again from a snapshot; the feed shows the `recent` events."""
        self.state.load(state)
        self.state.own_clone = self._own_clone()
        self.live_once = True
        self._changes = ViewChanges(whole=True, status=True, events=list(recent))
        self._come_back()
        self._set_link("live")

    def arrived(self, events: Sequence[Event]) -> None:
        """Apply `events`; those already applied change nothing."""
        for event in events:
            if event.seq > self.state.documents.seq:
                if event.data.clone is not None:  # it may be this clone, noted just now
                    self.state.own_clone = self._own_clone()
                self._changes.rows.add(self.state.apply(event))
                self._changes.events.append(event)
        self._changes.status = True
        self._ask()

    def presence_changed(self, presence: Presence) -> None:
        """Take the latest report on one worker."""
        self._changes.rows.add(self.state.report_presence(presence))
        self._ask()

    def clones_heard(self, heartbeats: Mapping[str, Heartbeat]) -> None:
        """Take the times when clones were last heard, and repaint the chambers of other clones."""
        self._changes.rows.add(self.state.hear_clones(heartbeats))
        self._ask()

    def redrawn(self, changed_rows: ChangedRows) -> None:
        """Mark rows that changed without an event for repainting."""
        self._changes.rows.add(changed_rows)
        self._ask()

    def disconnected(self, reason: str) -> None:
        """Keep the view, and note why it may be outdated."""
        if self.link == "live":
            self._lost_at = self._clock()
        self._set_link("reconnecting" if self.live_once else "lost", reason)

    def reconnected(self) -> None:
        """Note that the view is live again, and how long it was not."""
        self._come_back()
        self._set_link("live")

    @property
    def waiting(self) -> bool:
        """Whether there are changes that are not shown yet."""
        return self._timer is not None

    def close(self) -> None:
        """Stop passing steps to the screen."""
        if self._timer is not None:
            self._timer.cancel()
        self._on_step = _nothing

    def _come_back(self) -> None:
        if self._lost_at:
            self._changes.away = max(1, self._clock() - self._lost_at)
            self._lost_at = 0

    def _set_link(self, link: StoreLink, reason: str = "") -> None:
        if link != self.link:
            self.link_since = self._clock()
        self.link = link
        self.reason = reason
        self._changes.status = True
        self._ask()

    def _ask(self) -> None:
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(max(loop.time(), self._stepped + STEP), self._step)

    def _step(self) -> None:
        self._timer = None
        self._stepped = asyncio.get_running_loop().time()
        changes, self._changes = self._changes, ViewChanges()
        self._on_step(changes)


def _nothing(_changes: ViewChanges) -> None:
    """Take the place of a screen that is gone."""
