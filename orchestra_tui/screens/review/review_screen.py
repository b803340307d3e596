"""The review of one chamber: its files, the diff of one of them, and comments on its lines."""

from collections.abc import Callable
from typing import ClassVar

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.screen import Screen

from orchestra_core.models import Chamber
from orchestra_tui.backend.view_model import ViewChanges
from orchestra_tui.key_bindings import in_review_footer, keys_of_review
from orchestra_tui.presentation.review.file_rows import file_row, file_title
from orchestra_tui.presentation.review.head_line import head_line
from orchestra_tui.presentation.rows.cells import Cell, Line
from orchestra_tui.screens.app_base import AppBase, EventFollower, bindings_of
from orchestra_tui.screens.review.browse_keys import BrowseKeys
from orchestra_tui.screens.review.comment_keys import CommentKeys
from orchestra_tui.screens.review.diff_loader import DiffLoader
from orchestra_tui.screens.shown_question import ShownQuestion
from orchestra_tui.widgets.key_footer import KeyFooter
from orchestra_tui.widgets.line_label import LineLabel
from orchestra_tui.widgets.pane import Pane
from orchestra_tui.widgets.review.comment_editor import CommentEditor
from orchestra_tui.widgets.review.diff_view import DiffView
from orchestra_tui.widgets.review.file_list import FileList
from orchestra_tui.widgets.review.search_line import SearchLine

Command = Callable[[], object]
# These act at once; the others wait for the diff, in the order in which they were typed.
_WITHOUT_DIFF = ("review.comment", "review.leave", "help")


class ReviewScreen(EventFollower, Screen[None]):
    """Shows a chamber's diff; comments go to its worker as one message, by a tool call.

    Its collaborators do the work: `loader` fetches the diff, and each key runs a command.
    """

    app = getters.app(AppBase)
    AUTO_FOCUS = "DiffView"
    BINDINGS: ClassVar[list[BindingType]] = bindings_of(keys_of_review())

    def __init__(self, app: AppBase, chamber: Chamber) -> None:
        super().__init__()
        self.chamber = chamber
        self.review = app.reviews.review_of(chamber)
        self.view = DiffView(id="diff")
        self.files = FileList(id="files")
        self.editor = CommentEditor(self._comment_written)
        self.search_line = SearchLine(self._search_typed)
        self.loader = DiffLoader(app, self)
        self.shown_question = ShownQuestion(self, lambda: app)
        self._head = LineLabel(id="review-head")
        self._news = LineLabel(id="review-news")
        self._pane = Pane(self.view, title="Diff", id="diff-pane")
        self._files_pane = Pane(self.files, title="Files", id="files-pane")
        self._waiting: list[Command] = []
        self.query_text = ""
        self.comment_keys = CommentKeys(app, self)
        reading = BrowseKeys(app, self)
        self.commands: dict[str, Command] = {**reading.commands, **self.comment_keys.commands}

    def compose(self) -> ComposeResult:
        """Lay out head, files, diff, editor, news and keys."""
        yield self._head
        with Horizontal(id="review-body"):
            yield self._files_pane
            yield self._pane
        yield self.search_line
        yield self.editor
        yield self._news
        yield KeyFooter(in_review_footer)

    def on_mount(self) -> None:
        """Show the known content and fetch the diff."""
        self.review.sent = self.app.view_model.state.mail_of(self.chamber.id)
        self.show_all()
        self.loader.load()

    def on_unmount(self) -> None:
        """Drop keys that were typed before the diff arrived."""
        self.loader.stop()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave keys to the editor or the search line while it is in use."""
        del parameters
        return action != "run" or self.focused not in (self.editor, self.search_line)

    async def action_run(self, key_id: str) -> None:
        """Run a key's command, at the latest when the diff arrives."""
        command = self.commands[key_id]
        if key_id in _WITHOUT_DIFF:
            command()
        else:
            self.when_loaded(command)

    def when_loaded(self, command: Command) -> None:
        """Run a command now, or after those that wait for the diff."""
        if self.loader.has_loaded:
            command()
        else:
            self._waiting.append(command)

    def loaded(self) -> None:
        """Show the arrived diff, then act on the keys typed meanwhile."""
        self.show_all()
        self.shown_question.ask_anew()
        waiting, self._waiting = self._waiting, []
        for command in waiting:
            command()

    # What is shown

    def show(self, changes: ViewChanges) -> None:
        """Show the messages' progress after new events."""
        state = self.app.view_model.state
        self.chamber = state.chambers.get(self.chamber.id, self.chamber)
        if changes.whole or self.chamber.id in changes.rows.chambers:
            mail = state.mail_of(self.chamber.id)
            if mail != self.review.sent:
                self.review.sent = mail
                self.show_all()
            self.loader.chamber_changed()

    def show_all(self) -> None:
        """Show the review as it is now."""
        self.show_files()
        self.show_diff()
        self.show_news()

    def show_files(self) -> None:
        """Show the list of files and the line above it."""
        review = self.review
        self._head.show(head_line(review))
        commented = [draft.path for draft in review.drafts]
        commented += [comment.path for _, comment in review.messages()]
        width = self.files.row_width
        rows = [
            file_row(file, review.seen_state(file), commented.count(file.path), width)
            for file in review.files
        ]
        self.files.show(rows, review.at)
        self._files_pane.set_count(len(rows))

    def show_diff(self, line: int | None = None) -> None:
        """Show the current file, at a line or where the cursor was."""
        file = self.review.file
        at = file.lines[line] if file and line is not None and line < len(file.lines) else None
        self.view.show(file, self.review.notes(), empty=self._empty_lines(), at=at)
        position = f"{self.review.at + 1}/{len(self.review.files)} " if file else ""
        self._pane.set_title(position + file_title(file) if file else "Diff")

    def show_news(self, line: Line | None = None) -> None:
        """Show a line above the keys; by default the progress of the last message."""
        self._news.show(line if line is not None else self.comment_keys.news())

    def go_to_file(self, at: int, line: int | None = None) -> None:
        """Show another file."""
        if at != self.review.at:
            self.review.at = at
            self.show_files()
        self.show_diff(line)

    def arrange_panes(self) -> None:
        """Hide the files if side by side needs their space."""
        self.set_class(self.view.split, "-split")

    def _empty_lines(self) -> list[Line]:
        review, file = self.review, self.review.file
        if self.loader.problem:
            return [(Cell(self.loader.problem, "critical"),), (Cell("f retries.", "muted"),)]
        if review.diff is None:
            return [(Cell("Loading the diff…", "muted"),)]
        if file is None:
            return [(Cell(_NOTHING[review.part].format(review.chamber), "muted"),)]
        if file.entry.binary:
            return [(Cell("A binary file: there are no lines to show.", "muted"),)]
        if review.diff.cut and (file.entry.insertions or file.entry.deletions):
            return [(Cell(f"Too long to show; read it with git in {self.chamber.path}", "warn"),)]
        return [(Cell("Its content has not changed.", "muted"),)]

    # What the widgets report

    @on(FileList.FilePicked)
    def _file_picked(self, event: FileList.FilePicked) -> None:
        self.go_to_file(event.at)

    @on(DiffView.LineOpened)
    def _line_opened(self) -> None:
        self.commands["review.comment"]()

    @on(KeyFooter.KeyPicked)
    async def _key_picked(self, event: KeyFooter.KeyPicked) -> None:
        await self.run_action(event.action)

    @on(FileList.Widened)
    def _widened(self) -> None:
        self.show_files()

    def _search_typed(self, query: str | None) -> None:
        self.set_focus(self.view)
        if query is not None:
            self.query_text = query
            self.view.search(query)
        if query:
            self.when_loaded(self.commands["review.next_match"])

    def _comment_written(self, text: str) -> None:
        self.set_focus(self.view)
        if text:
            self.when_loaded(lambda: self.comment_keys.keep(text))


_NOTHING = {
    "all": "{} has changed nothing.",
    "committed": "{} has committed nothing; u shows the rest.",
    "uncommitted": "{} has nothing uncommitted; u shows the rest.",
}
