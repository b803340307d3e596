"""The keys for comments: each is a draft until all go to the worker as one message."""

from typing import TYPE_CHECKING

from orchestra_core.errors import OrchestraError
from orchestra_core.text import MESSAGE_LIMIT, one_line
from orchestra_tui.presentation.mail_reader import unreadable_text
from orchestra_tui.presentation.review.comments import (
    Comment,
    comment_on,
    comments_in,
    message_of,
    outcome_of,
)
from orchestra_tui.presentation.review.head_line import progress_line
from orchestra_tui.presentation.rows.cells import Cell, Line
from orchestra_tui.screens.app_base import AppBase, is_open
from orchestra_tui.screens.shown_question import TYPED_BEFORE

if TYPE_CHECKING:
    from collections.abc import Callable

    from orchestra_tui.screens.review.review_screen import ReviewScreen


class CommentKeys:
    """Writes, changes, drops and sends comments."""

    def __init__(self, app: AppBase, screen: "ReviewScreen") -> None:
        self._app = app
        self._screen = screen
        self._sending = False
        self._warning = ""  # the shown warning that nobody reads the message
        self.commands: dict[str, Callable[[], object]] = {
            "review.comment": self._comment,
            "review.choose": self._choose,
            "review.drop": self._drop,
            "review.send": self._send,
        }

    def keep(self, text: str) -> None:
        """Keep a comment on the line at the cursor, replacing the draft there."""
        screen, review = self._screen, self._screen.review
        file, lines = review.file, screen.view.chosen_lines
        if file is None or not lines:
            self._app.say("There is no line to comment on; esc drops the text", problem=True)
            screen.editor.open("No line to comment on", text)
            return
        draft = self._draft_here()
        if draft is None:
            review.drafts.append(comment_on(file.path, lines, text))
        else:
            at = review.drafts.index(draft)
            review.drafts[at] = Comment(
                draft.path, draft.side, draft.line, draft.quoted, text.strip()
            )
        screen.show_all()

    def news(self) -> Line:
        """Return the progress of the last message, or what the keys can do."""
        review = self._screen.review
        mail = [interrupt for interrupt in review.sent if comments_in(interrupt.message)]
        if review.drafts:
            count = len(review.drafts)
            word = "it" if count == 1 else f"all {count}"
            return (Cell(f"s sends {word} to {review.chamber} in one message", "muted"),)
        if mail:
            return progress_line(mail[-1], len(comments_in(mail[-1].message)))
        return ()

    def _draft_here(self) -> Comment | None:
        file, line = self._screen.review.file, self._screen.view.line
        here = [draft for draft in self._screen.review.drafts if file and draft.path == file.path]
        return next((draft for draft in here if outcome_of(draft, file).at == line), None)

    def _comment(self) -> None:
        screen = self._screen
        draft = self._draft_here()
        file, line = screen.review.file, screen.view.line
        if screen.loader.has_loaded and (file is None or line is None):
            self._app.say("There is no line to comment on", problem=True)
            return
        place = f"{file.path}:{line.number}" if file and line else "the first change"
        screen.editor.open(f"Comment on {one_line(place, 60)}", draft.text if draft else "")

    def _choose(self) -> None:
        if self._screen.view.choose():
            self._app.say("Move to the last line, and press c")

    def _drop(self) -> None:
        draft = self._draft_here()
        if draft is None:
            self._app.say("You have no comment on this line", problem=True)
        elif self._was_seen():
            self._screen.review.drafts.remove(draft)
            self._screen.show_all()

    def _send(self) -> None:
        review, chamber = self._screen.review, self._screen.chamber
        if self._sending:
            return
        if not review.drafts:
            self._app.say("There is no comment to send; c writes one", problem=True)
            return
        if not chamber.is_live:
            self._app.say(
                f"{chamber.name} is {chamber.state}: nobody reads messages there", problem=True
            )
            return
        message = message_of(chamber.name, review.drafts)
        if len(message) > MESSAGE_LIMIT:
            self._app.say(
                f"The comments have {len(message):,} characters, and one message takes "
                f"{MESSAGE_LIMIT:,}; shorten or drop some",
                problem=True,
            )
            return
        if not self._is_read_or_meant():
            return
        self._sending = True
        self._screen.show_news((Cell("sending…", "muted"),))
        sent = list(review.drafts)
        self._app.start(lambda: self._deliver(message, sent))

    def _is_read_or_meant(self) -> bool:
        """Tell whether somebody reads the message, or the operator was warned that nobody does."""
        warning = unreadable_text([self._screen.chamber], self._app.view_model.state)
        if warning and warning != self._warning:
            self._warning = warning
            self._app.say(f"{warning} s sends it anyway.", problem=True)
            self._screen.shown_question.ask_anew()
            return False
        return not warning or self._was_seen()

    def _was_seen(self) -> bool:
        was_seen = self._screen.shown_question.was_seen()
        if not was_seen:
            self._app.say(TYPED_BEFORE, problem=True)
        return was_seen

    async def _deliver(self, message: str, sent: list[Comment]) -> None:
        chamber, review = self._screen.chamber, self._screen.review
        try:
            await self._app.tool_calls.interrupt(chamber.task_id, chamber.name, message, "review")
        except OrchestraError as error:
            self._app.say(str(error), problem=True)
        else:
            review.drafts[:] = [draft for draft in review.drafts if draft not in sent]
        self._sending = False
        if is_open(self._screen):
            self._screen.show_all()
