"""The state that the room shows: updated by its source, and passed to the screen in steps.

Changes between two steps are collected, and a row's last value wins. A step comes at most every
45 ms and only when something has changed, so an idle room does nothing.
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

STEP = 0.045  # seconds; shorter costs processor, longer brings events to the screen later


@dataclass(slots=True)
class ViewChanges:
    """What has changed since the last step; `whole` when everything has."""

    whole: bool = False
    status: bool = False
    rows: ChangedRows = field(default_factory=ChangedRows)
    events: list[Event] = field(default_factory=list[Event])
    away: int = 0  # ms for which the store was out of reach, now that it is back


class ViewModel:
    """A `Sink`: the state, whether it is live, and the changes not shown yet."""

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
        self.live_once = False  # whether there has been a snapshot at all
        self._lost_at = 0
        self._on_step = on_step
        self._clock = clock
        self._own_clone = own_clone
        self._changes = ViewChanges()
        self._timer: asyncio.TimerHandle | None = None
        self._stepped = 0.0

    def snapshot(self, state: ProjectState, recent: Sequence[Event]) -> None:
        """Start again from a snapshot; the feed shows `recent`."""
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
                if event.data.clone is not None:  # it may be this one, noted just now
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
        """Take when each clone was last heard, and show the chambers of other clones anew."""
        self._changes.rows.add(self.state.hear_clones(heartbeats))
        self._ask()

    def redrawn(self, changed_rows: ChangedRows) -> None:
        """Mark rows for repainting that changed without an event."""
        self._changes.rows.add(changed_rows)
        self._ask()

    def disconnected(self, reason: str) -> None:
        """Keep the view and take note of why it may be out of date."""
        if self.link == "live":
            self._lost_at = self._clock()
        self._set_link("reconnecting" if self.live_once else "lost", reason)

    def reconnected(self) -> None:
        """Take note that the view is live again, and for how long it was not."""
        self._come_back()
        self._set_link("live")

    @property
    def waiting(self) -> bool:
        """Whether there are changes that have not been shown yet."""
        return self._timer is not None

    def close(self) -> None:
        """Take no further step."""
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
    """Stand in for a screen that is gone."""
