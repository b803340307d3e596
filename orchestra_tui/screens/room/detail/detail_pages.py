"""Fills the detail area with the pages of the selection, and fetches what a page needs."""

from collections.abc import Awaitable, Callable, Sequence

from orchestra_core.clock import Clock
from orchestra_core.models import Presence
from orchestra_core.workers.transcript import TranscriptEntry
from orchestra_tui.presentation.indexed_state import ChangedRows, IndexedState
from orchestra_tui.screens.room.detail.conflict_excerpts import ConflictExcerpts
from orchestra_tui.screens.room.detail.detail_content import (
    TRANSCRIPT,
    DetailSubject,
    FetchedContent,
    page_lines,
    pages_of,
)
from orchestra_tui.widgets.detail_area import DetailArea

ACTIVITY_LENGTH = 200
TRANSCRIPT_LENGTH = 300
SEARCHED_LENGTH = 5_000  # more than the store keeps of a transcript
ReadActivity = Callable[[str, int], Awaitable[list[Presence]]]
ReadTranscript = Callable[[str, int], Awaitable[list[TranscriptEntry]]]


class DetailPages:
    """Shows one subject in a detail area; reports are fetched only when their page is open."""

    def __init__(
        self,
        area: DetailArea,
        state: IndexedState,
        conflicting: ConflictExcerpts,
        read_activity: ReadActivity,
        read_transcript: ReadTranscript,
        *,
        clock: Clock,
    ) -> None:
        self.subject = DetailSubject()
        self.area = area
        self._state = state
        self._read_activity = read_activity
        self._clock = clock
        self._activity: dict[str, Sequence[Presence]] = {}
        self._read_transcript = read_transcript
        self._transcripts: dict[str, Sequence[TranscriptEntry]] = {}
        self._conflicting = conflicting
        self.filter_text = ""

    @property
    def can_filter(self) -> bool:
        """Whether the open page can be filtered."""
        return self.area.tab == TRANSCRIPT

    def filter(self, text: str) -> None:
        """Show only entries with every word of `text`, out of all that the store keeps."""
        had_filter = bool(self.filter_text)
        if text.strip() != self.filter_text:
            self.filter_text = text.strip()
            self.write(from_start=True)
            if bool(self.filter_text) != had_filter:  # all entries are needed, or no longer
                self._fetch()

    def focus(self) -> None:
        """Give the open page the focus."""
        self.area.text.focus()

    def show(self, subject: DetailSubject) -> None:
        """Show another subject, on the page with the same name if it has one."""
        if subject == self.subject:
            return
        self.subject = subject
        self.filter_text = ""
        self.area.set_tabs(pages_of(subject, self._state))
        self.write(from_start=True)
        self._fetch()

    def write(self, *, from_start: bool = False) -> None:
        """Write the open page."""
        now = self._clock()
        key = self.subject.key
        fetched = FetchedContent(
            activity=self._activity.get(key, ()),
            transcript=self._transcripts.get(key, ()),
            filter_text=self.filter_text,
            conflicting=self._conflicting.of(key),
        )
        lines = page_lines(self.subject, self.area.tab, self._state, fetched, now)
        self.area.set_content(lines, from_start=from_start)

    def page_opened(self) -> None:
        """Show the opened page."""
        self.write(from_start=True)
        self._fetch()

    def update(self, changed_rows: ChangedRows, *, whole: bool) -> None:
        """Rewrite the open page if its content has changed."""
        kinds = (changed_rows.tasks, changed_rows.chambers, changed_rows.discoveries)
        if whole or any(self.subject.key in keys for keys in kinds) or self._concerns(changed_rows):
            self.area.set_tabs(pages_of(self.subject, self._state))
            self.write()
            self._fetch()

    def _concerns(self, changed_rows: ChangedRows) -> bool:
        """Tell whether a task's page shows one of the changed chambers or discoveries."""
        key = self.subject.key
        return self.subject.kind == "task" and any(
            chamber.startswith(f"{key}/") for chamber in changed_rows.chambers
        )

    def _fetch(self) -> None:
        if self.subject.kind != "chamber":
            return
        key = self.subject.key
        if self.area.tab == "history":
            self.area.run_worker(self._fetch_activity(key), group="activity", exclusive=True)
        elif self.area.tab == TRANSCRIPT:
            self.area.run_worker(self._fetch_transcript(key), group="activity", exclusive=True)
        elif self.area.tab == "now" and self._conflicting.are_unknown(key):
            self.area.run_worker(self._fetch_conflicting(key), group="conflicts", exclusive=True)

    async def _fetch_activity(self, key: str) -> None:
        self._activity[key] = await self._read_activity(key, ACTIVITY_LENGTH)
        self._arrived(key, "history")

    async def _fetch_transcript(self, key: str) -> None:
        count = SEARCHED_LENGTH if self.filter_text else TRANSCRIPT_LENGTH
        self._transcripts[key] = await self._read_transcript(key, count)
        self._arrived(key, TRANSCRIPT)

    async def _fetch_conflicting(self, key: str) -> None:
        await self._conflicting.fetch(key)
        self._arrived(key, "now")

    def _arrived(self, key: str, page: str) -> None:
        if self.subject.key == key and self.area.tab == page:
            self.write()
