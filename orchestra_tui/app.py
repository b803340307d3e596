"""The application: paints an empty room at once, then loads slow modules and fills the room."""

import asyncio
import gc
import math
import os
import signal
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any, ClassVar

# Textual reads this once, at import: after a paint, the next one waits for its frame. We paint only
# what has changed, about 20 times a second anyway, so a lower rate would only delay keys: at 120,
# by 15 ms of their median 20 ms while events come.
os.environ.setdefault("TEXTUAL_FPS", "1000")

from rich.console import RenderableType
from textual import events
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.screen import Screen
from textual.worker import WorkerState

from orchestra_core.clock import Clock, now_ms
from orchestra_core.clone.clone_id import own_clone_id
from orchestra_core.project import Project
from orchestra_core.settings import Settings
from orchestra_core.wording.ages import precise_duration
from orchestra_core.worker_state import WorkerLimits, limits_of
from orchestra_tui import themes
from orchestra_tui.backend.daemon_hold import DaemonHold
from orchestra_tui.backend.protocols import DaemonKeeper, EventSource, ServerStatus, ToolClient
from orchestra_tui.backend.reviews import Reviews
from orchestra_tui.backend.server_process import ServerLaunch, ServerProcess
from orchestra_tui.backend.theme_choice import ThemeChoice
from orchestra_tui.backend.tool_calls import ToolCalls
from orchestra_tui.backend.view_model import ViewChanges, ViewModel
from orchestra_tui.key_bindings import remap_keys
from orchestra_tui.operator_notifier import OperatorNotifier
from orchestra_tui.presentation.notices import Notice
from orchestra_tui.room_options import NoticeOptions, RoomOptions
from orchestra_tui.screens.app_base import AppBase, EventFollower
from orchestra_tui.screens.dialogs.command_palette import RoomCommands, StillPalette
from orchestra_tui.screens.dialogs.theme_commands import ThemeCommands
from orchestra_tui.screens.room.room_screen import RoomScreen
from orchestra_tui.terminal.announcer import Announcer
from orchestra_tui.terminal.textual_driver import RoomDriver
from orchestra_tui.terminal.typed_keys import KeyPassed, TypedKeys

_USUAL_NOTICES = NoticeOptions()
_NO_KEY = "none"  # no terminal sends it; Textual takes an empty key for the table's own
_NO_LIMITS = WorkerLimits()
_SIGNALLED = 128  # shells add this to a signal's number


class RoomApp(AppBase):
    """The room of one project; its source of events and its tool client are passed in."""

    # Here rather than on the screens: the style sheet of a default screen is not loaded, and a
    # dialog opens faster if its rules are already known.
    CSS_PATH = [  # noqa: RUF012 - Textual's own attribute and type
        Path(__file__).parent / "screens" / name
        for name in ("room/room_screen.tcss", "dialogs/dialog.tcss", "review/review_screen.tcss")
    ]
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - Textual's own attribute and type
        (0, "-narrow"),
        (100, "-normal"),
        (160, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012 - as above
        (0, "-low"),
        (30, "-middle"),
        (50, "-tall"),
    ]
    ENABLE_COMMAND_PALETTE = False  # the room binds its own keys
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "say_how_to_quit", show=False, system=True),
        Binding("ctrl+z", "suspend", show=False, system=True),
    ]

    def __init__(
        self,
        project: str,
        source: EventSource,
        tools: ToolClient,
        *,
        daemon: DaemonKeeper | None = None,
        clock: Clock = now_ms,
        own_clone: Callable[[], str] = str,
        limits: WorkerLimits = _NO_LIMITS,
        reviews: Reviews | None = None,
        light: bool = False,
        keymap: Mapping[str, str] | None = None,
        theme_choice: ThemeChoice | None = None,
        counts_in_title: bool = True,
        notices: NoticeOptions = _USUAL_NOTICES,
        settled: Callable[[], object] | None = None,
        driver: type[Driver] | None = None,
    ) -> None:
        super().__init__(driver_class=driver)
        self.title = "Orchestra"
        self._settled = settled
        self._counts_in_title = counts_in_title
        self._begun = False
        self._leaving: int | None = None  # the exit code, if leaving was asked for too early
        self._source = source
        self._tools = tools
        self._daemon = daemon
        self._keeps_daemon = False
        self.view_model = ViewModel(self._step, clock, own_clone)
        self.view_model.state.limits = limits
        self.tool_calls = ToolCalls(tools)
        self.reviews = reviews or Reviews()
        self.server = ServerStatus("off")
        self.lacks_daemon = False
        self._typed_keys = TypedKeys(self, super().on_event)
        self._room = RoomScreen(self, source, project, clock)
        themes.install(self, light=light)
        self._notifier = self._make_notifier(notices)
        self._theme_choice = theme_choice
        chosen_theme = theme_choice.load() if theme_choice is not None else ""
        if chosen_theme in self.available_themes:
            self.theme = chosen_theme
        remap_keys(keymap or {})
        if keymap:
            self.set_keymap({key_id: keys or _NO_KEY for key_id, keys in keymap.items()})

    def get_default_screen(self) -> Screen[None]:
        """Return the room, so that the very first paint shows it."""
        return self._room

    def on_mount(self) -> None:
        """Begin to fill the room once it has been painted."""
        self.call_after_refresh(self._begin)

    async def on_unmount(self) -> None:
        """End everything besides the screen, such as the server, before the process exits."""
        self.view_model.close()
        self.workers.cancel_all()
        await asyncio.gather(*(worker.wait() for worker in self.workers), return_exceptions=True)

    @property
    def unsettled(self) -> bool:
        """Whether something is still on its way to the screen; tests wait until nothing is."""
        lasting = ("tools", "source", "daemon", "notice")
        at_work = any(
            worker.state == WorkerState.PENDING
            if worker.name in lasting
            else not worker.is_finished
            for worker in self.workers
        )
        is_waited_for = self._typed_keys.are_acting or self.view_model.waiting
        return not self._begun or at_work or is_waited_for or self._room.fetching_sizes

    def exit(
        self,
        result: int | None = None,
        return_code: int = 0,
        message: RenderableType | None = None,
    ) -> None:
        """Leave the room; if it is still being built, leave as soon as it is complete.

        Otherwise Textual would mount a screen whose widgets it no longer makes.
        """
        if self._begun:
            super().exit(result, return_code, message)
        else:
            self._leaving = return_code

    async def on_event(self, event: events.Event) -> None:
        """Pass on keys and pastes one at a time, everything else at once."""
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            await self._typed_keys.take(event)
        else:
            await super().on_event(event)

    async def on_key_passed(self, marker: KeyPassed) -> None:
        """Take note that a key has acted."""
        await self._typed_keys.passed(marker)

    @property
    def typed_at(self) -> float:
        """When the key that acts now was read, by the monotonic clock."""
        return self._typed_keys.typed_at

    def when_shown(self, callback: Callable[[], None]) -> None:
        """Call back once the terminal has shown everything painted so far."""
        driver = self._driver
        if isinstance(driver, RoomDriver):
            driver.when_shown(callback)
        else:
            callback()

    def _begin(self) -> None:
        self._begun = True
        if self._leaving is not None:
            self.exit(return_code=self._leaving)
            return
        self._settle()
        self.run_worker(self._tools.run(self._server_changed), name="tools")
        self.run_worker(self._source.run(self.view_model), name="source")

    def _settle(self) -> None:
        """Tell the garbage collector that everything imported and built so far stays."""
        if self._settled is not None:
            self._settled()

    def _step(self, changes: ViewChanges) -> None:
        if not self._room.is_attached:
            return
        if self.lacks_daemon and self._daemon is not None:
            self._daemon.needed()
        if changes.away:
            self.say(f"Store reconnected after {precise_duration(changes.away)}; no events missed")
        with self.batch_update():
            self._room.show(changes)
            for screen in self.screen_stack:
                if isinstance(screen, EventFollower):
                    screen.show(changes)
        if changes.whole:
            self._settle()

    def _server_changed(self, state: ServerStatus) -> None:
        self.server = state
        if state.phase == "ready" and self._daemon is not None and not self._keeps_daemon:
            self._keeps_daemon = True  # from now on, because the server has just started it
            self.run_worker(self._daemon.run(self.daemon_changed), name="daemon")
        if self._room.is_attached:
            self._room.server_changed()
            if state.phase == "failed":
                self.say(f"The MCP server failed: {state.detail}", problem=True)

    def daemon_changed(self, held: bool) -> None:  # noqa: FBT001 - a callback
        """Show whether the clone's daemon runs."""
        self.lacks_daemon = not held
        if self._room.is_attached:
            self._room.server_changed()

    def name_terminal(self, title: str) -> None:
        """Set the title of the terminal's window, unless the person has configured otherwise."""
        if self._counts_in_title and isinstance(self._driver, RoomDriver):
            self._driver.set_title(title)

    def _make_notifier(self, notices: NoticeOptions) -> OperatorNotifier:
        def write(text: str) -> None:
            if self._driver is not None:
                self._driver.write(text)

        def start(work: Coroutine[Any, Any, None]) -> None:
            self.run_worker(work, name="notice")

        def since_input() -> float:
            return self._driver.since_input if isinstance(self._driver, RoomDriver) else math.inf

        announcer = Announcer(notices, write, self.bell, start)
        return OperatorNotifier(self.view_model.state, notices.when, announcer, since_input)

    def look_for_occasions(self) -> None:
        """Call the operator if a worker has begun to need them."""
        self._notifier.look()

    def call_operator(self, title: str, text: str) -> None:
        """Call the operator, unless they look at the room or want to be left alone."""
        self._notifier.call(Notice(title, text))

    def on_app_focus(self) -> None:
        """Take note that the terminal has got the focus."""
        self._notifier.focus_changed(focused=True)

    def on_app_blur(self) -> None:
        """Take note that the terminal has lost the focus."""
        self._notifier.focus_changed(focused=False)

    def action_theme(self) -> None:
        """Switch between the dark and the light theme."""
        dark = self.current_theme.dark
        self.choose_theme(themes.LIGHT.name if dark else themes.DARK.name)

    def choose_theme(self, name: str) -> None:
        """Apply a theme, and keep the choice."""
        self.theme = name
        if self._theme_choice is not None:
            self._theme_choice.keep(name)

    def action_palette(self) -> None:
        """Show all commands."""
        if not isinstance(self.screen, StillPalette):
            self.push_screen(
                StillPalette([RoomCommands, ThemeCommands], placeholder="Search commands")
            )

    def action_suspend(self) -> None:
        """Suspend the whole job, as the kernel does for ctrl+z; the shell's `fg` brings it back."""
        if self._driver is not None and self._driver.can_suspend:
            os.kill(0, signal.SIGTSTP)
        else:
            self.say("There is no shell to return to; q quits the room")

    def action_say_how_to_quit(self) -> None:
        """Keep a stray ctrl+c from ending the room."""
        self.say("Press q to quit; the agents keep working")


def run_room(
    project: Project,
    settings: Settings,
    launch: ServerLaunch,
    early: ServerProcess | None,
    options: RoomOptions,
) -> int:
    """Show the room of `project` until the operator leaves; returns the exit code.

    `early` is the bundled server if it was already started.
    """
    from orchestra_tui.backend.server_supervisor import ServerSupervisor  # noqa: PLC0415 - as above
    from orchestra_tui.backend.store_follower import StoreFollower  # noqa: PLC0415 - only the real room

    # What the first paint and each snapshot have built stays; no collection needs to look at it.
    app = RoomApp(
        project.id,
        StoreFollower(project.id, settings),
        ServerSupervisor(launch, early=early),
        daemon=DaemonHold(project, settings),
        own_clone=lambda: own_clone_id(project.git_dir),
        limits=limits_of(settings),
        reviews=Reviews(settings.state_dir, project.id),
        keymap=options.keymap,
        counts_in_title=options.counts_in_title,
        notices=options.notices,
        theme_choice=ThemeChoice(settings.state_dir, options.theme),
        settled=_keep_what_there_is,
        driver=RoomDriver,
    )
    return asyncio.run(_show(app))


def _keep_what_there_is() -> None:
    """Make garbage collections, which begin with the first paint, skip everything built so far."""
    gc.freeze()
    gc.enable()


async def _show(app: RoomApp) -> int:
    """Run the app; SIGTERM and a closed terminal end it as `q` does, so that nothing is left."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, _end, app, number)
    await app.run_async()
    return app.return_code or 0


def _end(app: RoomApp, number: int) -> None:
    app.exit(return_code=_SIGNALLED + number)
