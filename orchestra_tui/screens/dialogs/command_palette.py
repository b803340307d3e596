"""The command palette: every key's action by name, and chambers and tasks to go to."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from textual import getters, on
from textual.command import (
    CommandList,
    CommandPalette,
    DiscoveryHit,
    Hit,
    Hits,
    Matcher,
    Provider,
)
from textual.content import Content
from textual.widgets import Input
from textual.worker import Worker, WorkerState

from orchestra_core.text import one_line
from orchestra_tui.key_bindings import Key, present_keys
from orchestra_tui.presentation.choices.find_by_name import (
    BEGINS,
    NamedPlace,
    find_chambers,
    find_tasks,
    score_of,
)
from orchestra_tui.screens.app_base import AppBase
from orchestra_tui.screens.room.room_screen import RoomScreen
from orchestra_tui.terminal.typed_keys import KeyPassed

_NOT_OFFERED = ("Move", "Review")
_LETTERS = 100.0  # Textual's scores for matches by letters are usually below this
_KEY_WIDTH, _LABEL_WIDTH = 7, 15
_ABOUT = "$foreground-muted not bold"  # the list's default style is bold
_NAME_LENGTH, _ABOUT_LENGTH = 60, 60


class StillPalette(CommandPalette):
    """A palette that waits for its search, with a cursor that does not blink.

    An enter that comes before the typed words have been looked up chooses what they find, not what
    is shown for earlier words; later keys wait as well.
    """

    app = getters.app(AppBase)

    def __init__(self, providers: Sequence[type[Provider]], placeholder: str) -> None:
        super().__init__(providers, placeholder=placeholder)
        self._has_entered = False
        self._held_marker: int | None = None

    def on_mount(self) -> None:
        """Keep the cursor still: nothing in the room moves unless it changes."""
        self.query_one(Input).cursor_blink = False

    @on(Input.Submitted)
    def _choose_when_found(self, event: Input.Submitted) -> None:
        event.stop()
        event.prevent_default()
        self._has_entered = True
        if not self._is_searching:
            self._choose()

    @on(Worker.StateChanged)
    def _found(self, event: Worker.StateChanged) -> None:
        if self._has_entered and not self._is_searching and event.state == WorkerState.SUCCESS:
            self._choose()

    def _choose(self) -> None:
        """Choose the command at the cursor, which closes the palette; stay if none was found."""
        commands = self.query_one(CommandList)
        at = commands.highlighted
        if at is None or commands.get_option_at_index(at).disabled:
            self._has_entered = False
            self._release_keys()
        else:
            commands.action_select()

    def on_key_passed(self, marker: KeyPassed) -> None:
        """Make the keys after an enter wait until it has acted."""
        if self._has_entered:
            marker.stop()
            self._held_marker = marker.number

    def on_unmount(self) -> None:
        """Release the keys that were typed after the enter."""
        self._release_keys()

    def _release_keys(self) -> None:
        if self._held_marker is not None:
            self.app.post_message(KeyPassed(self._held_marker))
            self._held_marker = None

    @property
    def _is_searching(self) -> bool:
        return any(not worker.is_finished for worker in self.app.workers if worker.node is self)


class RoomCommands(Provider):
    """Offers what the table of keys has; texts are content, never markup."""

    async def discover(self) -> Hits:
        """Yield all actions, before anything is typed."""
        for key in _actions():
            yield DiscoveryHit(_shown(key), self._run(key), key.label)

    async def search(self, query: str) -> Hits:
        """Yield matching actions, chambers and tasks; matches by name before matches by letters."""
        matcher = self.matcher(query)
        for key in _actions():
            if (score := _score(key, query, matcher)) > 0:
                yield Hit(score, _shown(key), self._run(key), key.label)
        for place, go in self._places(query):
            name = one_line(place.name, _NAME_LENGTH)
            text = Content.assemble(
                f"{place.symbol} ",
                (name, "bold"),
                (f"  {one_line(place.about, _ABOUT_LENGTH)}", _ABOUT),
            )
            yield Hit(place.score, text, go, name)

    def _places(self, query: str) -> Iterator[tuple[NamedPlace, Callable[[], object]]]:
        room = self._room()
        if room is None:
            return
        state = room.app.view_model.state
        for place in find_chambers(state, query):
            yield place, partial(room.navigation.go_to_chamber, place.key)
        for place in find_tasks(state, query):
            yield place, partial(room.go_to_task, place.key)

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


def _score(key: Key, query: str, matcher: Matcher) -> float:
    """Return how well an action matches: by its key or name, by its help, or by single letters."""
    if query == key.first:
        return BEGINS
    letters = matcher.match(f"{key.label} {key.help}") / _LETTERS
    return score_of(key.label, query) or score_of(key.help, query) / 2 or min(1.0, letters)


def _shown(key: Key) -> Content:
    """Return the key, its short name and what it does."""
    return Content.assemble(
        (f"{key.first:<{_KEY_WIDTH}}", "$accent"),
        (f"{key.label:<{_LABEL_WIDTH}}", "bold"),
        (key.help, _ABOUT),
    )


def _nothing() -> None:
    """Take the place of a command if there is no room below the palette."""
