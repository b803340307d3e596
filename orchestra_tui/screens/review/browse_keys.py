"""The keys for reading: files, hunks, lines, search, and what is shown and how."""

from typing import TYPE_CHECKING

from orchestra_tui.presentation.review.review_model import PARTS
from orchestra_tui.presentation.rows.cells import Cell
from orchestra_tui.screens.app_base import AppBase
from orchestra_tui.screens.review.review_help import ReviewHelp

if TYPE_CHECKING:
    from collections.abc import Callable

    from orchestra_tui.screens.review.review_screen import ReviewScreen

SPLIT_WIDTH = 100  # cells of the screen; on a narrower one, side by side is unreadable


class BrowseKeys:
    """The commands that change only what this screen shows, and which files count as seen."""

    def __init__(self, app: AppBase, screen: "ReviewScreen") -> None:
        self._app = app
        self._screen = screen
        view = screen.view
        self.commands: dict[str, Callable[[], object]] = {
            "cursor_down": view.action_cursor_down,
            "cursor_up": view.action_cursor_up,
            "cursor_first": view.action_first,
            "cursor_last": view.action_last,
            "page_down": view.action_page_down,
            "page_up": view.action_page_up,
            "review.next_file": lambda: self._step_file(1),
            "review.previous_file": lambda: self._step_file(-1),
            "review.next_hunk": lambda: self._step_hunk(1),
            "review.previous_hunk": lambda: self._step_hunk(-1),
            "review.seen": self._mark_seen,
            "review.split": self._toggle_split,
            "review.part": self._next_part,
            "review.search": screen.search_line.open,
            "review.next_match": lambda: self._find(1),
            "review.previous_match": lambda: self._find(-1),
            "review.reload": screen.loader.load,
            "review.leave": self._leave,
            "help": self._help,
        }

    def _step_file(self, by: int) -> bool:
        at = self._screen.review.at + by
        if not 0 <= at < len(self._screen.review.files):
            self._app.say("This is the last file" if by > 0 else "This is the first file")
            return False
        self._screen.go_to_file(at)
        return True

    def _step_hunk(self, by: int) -> None:
        if not self._screen.view.next_hunk(by) and self._step_file(by) and by < 0:
            self._screen.view.action_last()
            self._screen.view.next_hunk(-1)

    def _mark_seen(self) -> None:
        screen, review = self._screen, self._screen.review
        if review.file is None:
            return
        marked = review.mark_seen()
        self._app.reviews.keep_seen(screen.chamber.id, review.seen)
        unseen = review.next_unseen()
        if marked and unseen != review.at:
            screen.go_to_file(unseen)
        elif marked:
            self._app.say("Every file is marked as seen")
        screen.show_files()

    def _toggle_split(self) -> None:
        view = self._screen.view
        if not view.split and self._screen.size.width < SPLIT_WIDTH:
            self._app.say(f"Side by side needs a terminal of {SPLIT_WIDTH} columns", problem=True)
            return
        view.set_split(split=not view.split)
        self._screen.arrange_panes()

    def _next_part(self) -> None:
        review = self._screen.review
        review.part = PARTS[(PARTS.index(review.part) + 1) % len(PARTS)]
        self._screen.show_files()
        self._screen.loader.load()

    def _find(self, by: int) -> None:
        screen = self._screen
        query = screen.query_text
        if not query:
            self._app.say("No search yet; press / to search", problem=True)
            return
        match = screen.review.find(query, (screen.review.at, screen.view.line_number), by)
        if match is None:
            screen.show_news((Cell(f"no match for {query}", "warn"),))
            return
        screen.go_to_file(*match)

    def _help(self) -> None:
        self._app.push_screen(ReviewHelp())

    def _leave(self) -> None:
        screen = self._screen
        if screen.view.choosing:
            screen.view.choose()
        else:
            count = len(screen.review.drafts)
            screen.dismiss()
            if count:
                self._app.say(f"{count} not sent; they are kept until the room is closed")
