"""The command palette: every key's action by name, and every task to go to."""

from collections.abc import Callable
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from orchestra_core.text import one_line
from orchestra_tui.key_bindings import Key, present_keys
from orchestra_tui.screens.room.room_screen import RoomScreen

_LEAST_TASK_MATCH = 0.5
_NOT_OFFERED = ("Move", "Review")


class RoomCommands(Provider):
    """Offers what the table of keys offers; texts are content, never markup."""

    async def discover(self) -> Hits:
        """Yield the actions, before anything is typed."""
        for key in _actions():
            yield DiscoveryHit(Content(key.help), self._run(key), text=key.help, help=_said(key))

    async def search(self, query: str) -> Hits:
        """Yield the actions and tasks that match."""
        matcher = self.matcher(query)
        for key in _actions():
            if (score := matcher.match(key.help)) > 0:
                yield Hit(score, Content(key.help), self._run(key), key.help, _said(key))
        room = self._room()
        for task in room.app.view_model.state.tasks.values() if room else ():
            text = one_line(f"Go to {task.id}: {task.description}", 100)
            if room and (score := matcher.match(text)) > _LEAST_TASK_MATCH:
                yield Hit(score, Content(text), partial(room.go_to_task, task.id), text)

    def _run(self, key: Key) -> Callable[[], object]:
        room = self._room()
        return partial(room.run_action, key.action) if room else _nothing

    def _room(self) -> RoomScreen | None:
        return self.screen if isinstance(self.screen, RoomScreen) else None


def _actions() -> list[Key]:
    return [
        key
        for key in present_keys()
        if key.group not in _NOT_OFFERED and key.id not in ("app.palette", "back")
    ]


def _said(key: Key) -> str:
    # The palette reads its help texts as markup, where only an opening bracket means something.
    return "key " + key.first.replace("[", "\\[")


def _nothing() -> None:
    """Stand in where there is no room below the palette."""
