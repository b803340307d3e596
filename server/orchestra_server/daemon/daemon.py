"""The daemon's life: listen, open the store, do the duties, and leave."""

import asyncio
import contextlib
import ctypes
import logging
import os
import signal
import sys
import threading
from collections.abc import Collection
from functools import partial
from pathlib import Path

from orchestra_core.clock import now_ms
from orchestra_core.configuration.live_settings import LiveSettings
from orchestra_core.daemon.own_code import OwnCode
from orchestra_core.errors import OrchestraError, unavailable
from orchestra_core.private_valkey.stop_unused import stop_unused
from orchestra_core.process.logs import log_to_stderr
from orchestra_core.project import Project, find_project
from orchestra_core.settings import Settings
from orchestra_core.store.client.address import read_address
from orchestra_core.store.open_store import open_store
from orchestra_server.daemon.answer_commands import CommandRunner
from orchestra_server.daemon.clone_services import UNBOUND, DaemonLife, on_duty
from orchestra_server.daemon.lifetime import Lifetime
from orchestra_server.daemon.listener import Listener
from orchestra_server.daemon.removal import wait_for_removal
from orchestra_server.daemon.served_store import ServedStore

_M_ARENA_MAX = -8  # malloc.h
_END_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_LEAVE_SECONDS = 20.0  # a store that is out of reach is given up sooner
# Seconds between two attempts to open a store that is out of reach; the last delay repeats.
_RETRIES = (0.5, 1.0, 2.0, 5.0, 10.0)
_log = logging.getLogger(__name__)


def run_daemon(settings: Settings, directory: Path, code: OwnCode) -> bool:
    """Serve the clone, whose lock the caller holds, until nobody needs it any more.

    Return whether a daemon of newer code is to follow, because `code` has changed. Raises
    Unavailable if its files cannot be made, and BadInput for a wrong URL.
    """
    log_to_stderr("daemon")
    _use_one_arena()
    project = find_project(directory, settings.project)
    if settings.redis_url:
        read_address(settings.redis_url)  # no retry would help with a wrong URL
    return asyncio.run(_live(project, settings, code))


def _use_one_arena() -> None:
    """Make all threads share one malloc arena of glibc (mallopt(3)), to save memory."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # another C library
            ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


async def _live(project: Project, settings: Settings, code: OwnCode) -> bool:
    _tell_problems(settings)
    live = LiveSettings(settings, project.main_checkout, _tell_problems)
    lifetime = Lifetime(project.git_dir, lambda: live.now().linger, code.has_changed)
    loop = asyncio.get_running_loop()
    for number in _END_SIGNALS:
        loop.add_signal_handler(number, lifetime.stop)
    try:
        store = ServedStore()
        commands = CommandRunner(project, live, store, lifetime.is_outdated)
        async with Listener(project, settings, lifetime, commands.run).listen():
            life = DaemonLife(partial(lifetime.hold, "agent"), lifetime.is_outdated)
            serving = asyncio.create_task(serve_clone(project, live, store, commands, life))
            watching = asyncio.create_task(wait_for_removal(project.git_dir))
            watching.add_done_callback(lambda _: lifetime.end())
            _sweep_in_a_thread(settings)
            await lifetime.ended()
            await _end((serving, watching))
    except OSError as fault:
        raise unavailable(fault) from fault
    finally:
        lifetime.close()
    if lifetime.leaves_for_new_code:
        _log.warning("the code has changed; a daemon of the new code follows")
    return lifetime.leaves_for_new_code


def _tell_problems(settings: Settings) -> None:
    for problem in settings.problems:
        _log.warning("%s", problem)


async def _end(tasks: Collection[asyncio.Task[None]]) -> None:
    """Cancel what runs and wait a while; then leave, because a daemon may die at any point."""
    for task in tasks:
        task.cancel()
    _, running = await asyncio.wait(tasks, timeout=_LEAVE_SECONDS)
    if running:
        _log.warning("left although not everything had ended within %g s", _LEAVE_SECONDS)
        os._exit(0)


def _sweep_in_a_thread(settings: Settings) -> None:
    """Stop private servers that killed processes have left running, for this clone or any other.

    A server that does not end must not hold the daemon, so nothing waits for the thread.
    """

    def sweep() -> None:
        for name in stop_unused(settings.runtime_dir):
            _log.warning("stopped the private Valkey of %s, which nobody used", name)

    threading.Thread(target=sweep, daemon=True).start()


async def serve_clone(
    project: Project,
    settings: LiveSettings,
    served: ServedStore,
    commands: CommandRunner,
    life: DaemonLife = UNBOUND,
) -> None:
    """Do the duties with an open store until cancelled; try again while it is out of reach."""
    failures = 0
    while True:
        try:
            async with (
                open_store(project.id, settings.now()) as store,
                on_duty(store, project, settings, now_ms, life),
            ):
                failures = 0
                served.opened(store)
                try:
                    await asyncio.Event().wait()
                finally:
                    served.closed()
                    await commands.finish()
        except OrchestraError as fault:
            if (task := asyncio.current_task()) is not None and task.cancelling():
                # Closing a store whose server is gone raises its own error instead of the
                # cancellation.
                raise asyncio.CancelledError from fault
            served.closed(fault)
            if not failures:
                _log.warning("%s", fault)
            await asyncio.sleep(_RETRIES[min(failures, len(_RETRIES) - 1)])
            failures += 1
