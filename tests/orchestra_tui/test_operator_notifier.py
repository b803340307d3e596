"""The operator is called once for each worker that needs them, while they look elsewhere."""

from orchestra_core.models import Chamber, Presence
from orchestra_core.state import ProjectState
from orchestra_tui.operator_notifier import OperatorNotifier
from orchestra_tui.presentation.indexed_state import IndexedState
from orchestra_tui.presentation.notices import Notice
from orchestra_tui.room_options import NoticeOptions
from orchestra_tui.terminal.announcer import Announcer
from tests.support.samples.documents import NOON, a_task


class Scene:
    """A room with two workers, of which each can begin to ask."""

    def __init__(self) -> None:
        self.written: list[str] = []
        documents = ProjectState()
        documents.tasks["t-1"] = a_task("t-1")
        for name in ("auth", "api"):
            documents.chambers[f"t-1/{name}"] = Chamber(
                id=f"t-1/{name}", task_id="t-1", name=name, state="live", path="", branch="",
                created_at=1,
            )  # fmt: skip
        self.state = IndexedState(documents, lambda: NOON)
        options = NoticeOptions(desktop="osc9")
        announcer = Announcer(
            options, self.written.append, lambda: None, lambda work: work.close(), {}
        )
        self.notifier = OperatorNotifier(self.state, "away", announcer, lambda: 0.0)

    def ask(self, name: str, since: int) -> None:
        presence = Presence(
            chamber_id=f"t-1/{name}", state="waiting", since=since, message="may I?"
        )
        self.state.report_presence(presence)
        self.notifier.look()

    @property
    def announced(self) -> list[str]:
        return [text for text in self.written if text.startswith("\x1b]9;")]


def test_who_looks_is_not_called_and_not_told_again_later() -> None:
    scene = Scene()
    scene.ask("auth", NOON)
    assert scene.announced == []
    scene.notifier.focus_changed(focused=False)
    scene.notifier.look()
    assert scene.announced == []


def test_who_is_away_is_called_once_for_each_occasion() -> None:
    scene = Scene()
    scene.notifier.focus_changed(focused=False)
    scene.ask("auth", NOON)
    scene.notifier.look()
    assert len(scene.announced) == 1
    assert "auth needs you" in scene.announced[0]
    scene.ask("api", NOON + 1)
    assert len(scene.announced) == 2
    assert "api needs you" in scene.announced[1]


def test_other_notices_are_announced_only_while_nobody_looks() -> None:
    scene = Scene()
    scene.notifier.call(Notice("Mail is unread", "a message to auth"))
    assert scene.announced == []
    scene.notifier.focus_changed(focused=False)
    scene.notifier.call(Notice("Mail is unread", "a message to auth"))
    assert len(scene.announced) == 1
