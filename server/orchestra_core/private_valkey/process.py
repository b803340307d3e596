"""Starts the server process under its lock, waits for it, and shuts it down."""

import os
import platform
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from signal import SIGTERM

from orchestra_core.errors import StoreUnavailable
from orchestra_core.private_valkey.binary import find_binary
from orchestra_core.private_valkey.locks import opened
from orchestra_core.private_valkey.paths import (
    ServerPaths,
    ServerRecord,
    choose_socket,
    read_server_record,
    unusable_directory,
    write_server_record,
)
from orchestra_core.process.detached_process import LOG_LIMIT, empty_long_log, start_detached
from orchestra_core.process.file_lock import is_locked, try_lock_exclusive
from orchestra_core.store.client.redis_request import Garbled, HungUp, Refusal, ask
from orchestra_core.text import one_line

# Seconds. The first PING usually takes 43 ms. A loaded machine is slower, and a long append-only
# file is read first, during which the server answers LOADING.
_START_WITHIN = 15.0
_LOAD_WITHIN = 120.0
_STOP_WITHIN = 10.0
_LOOK_AGAIN = 0.005


def ensure_running(paths: ServerPaths) -> Path:
    """Return the socket of a server that answers; the caller holds `start.lock`.

    Raises StoreUnavailable when it cannot be started or does not answer in time.
    """
    began = time.monotonic()
    log_from = 0
    started = False
    while True:
        record = read_server_record(paths)
        said = _greet(record)
        if record is not None and said == "ready" and is_locked(paths.server_lock):
            return Path(record.socket)
        with opened(paths.server_lock) as lock:
            if try_lock_exclusive(lock):
                if started:
                    raise StoreUnavailable(_why_it_died(paths, log_from))
                log_from = _emptied_log(paths)
                _start(paths, lock)
                started = True
        waited = time.monotonic() - began
        if waited > (_LOAD_WITHIN if said == "loading" else _START_WITHIN):
            raise StoreUnavailable(_no_answer(paths, record))
        time.sleep(_LOOK_AGAIN)  # no event reports that a socket accepts connections


def stop(paths: ServerPaths) -> bool:
    """Stop the server; return whether there was one. Raises StoreUnavailable.

    Every acknowledged write is already on disk, so FORCE loses nothing.
    """
    if not is_locked(paths.server_lock):
        return False
    record = read_server_record(paths)
    if record is not None:
        try:
            ask(Path(record.socket), "SHUTDOWN", "NOW", "FORCE", answer_seconds=_STOP_WITHIN)
        except (HungUp, Refusal, Garbled):
            pass  # it exits without an answer; its exit is checked below
        except OSError:
            # Its socket is gone or it hangs. Its process id is valid only on its own host.
            if record.host == platform.node() and is_locked(paths.server_lock):
                with suppress(OSError):
                    os.kill(record.pid, SIGTERM)
    if not _eventually(lambda: not is_locked(paths.server_lock), _STOP_WITHIN):
        raise StoreUnavailable(_no_answer(paths, record))
    return True


def answers(record: ServerRecord | None) -> bool:
    """Tell whether the recorded server answers."""
    return _greet(record) != "silent"


def _greet(record: ServerRecord | None) -> str:
    if record is None:
        return "silent"
    try:
        ask(Path(record.socket), "PING")
    except Refusal as refusal:
        return "loading" if str(refusal).startswith("LOADING") else "ready"
    except (OSError, Garbled):
        return "silent"
    return "ready"


def _start(paths: ServerPaths, lock: int) -> None:
    binary = find_binary()
    socket = choose_socket(paths)
    command = [
        binary.path,
        *("--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"),
        *("--dir", str(paths.data_dir), "--appendonly", "yes", "--appendfsync", "always"),
        *("--save", "", "--daemonize", "no", "--logfile", "", "--databases", "1"),
    ]
    try:
        pid = start_detached(command, paths.log, directory=paths.data_dir, inherited=(lock,))
    except OSError as error:
        raise StoreUnavailable(f"the private Valkey could not be launched: {error}") from error
    try:
        write_server_record(paths, ServerRecord(socket=str(socket), pid=pid, host=platform.node()))
    except OSError as error:
        with suppress(ProcessLookupError):
            os.kill(pid, SIGTERM)  # nobody could find the server without it
        raise unusable_directory(paths.data_dir, error) from error


def _emptied_log(paths: ServerPaths) -> int:
    """Empty a log that has grown long; return where the next lines will begin."""
    try:
        return empty_long_log(paths.log)
    except OSError as error:
        raise unusable_directory(paths.log, error) from error


def _why_it_died(paths: ServerPaths, log_from: int) -> str:
    with suppress(OSError), paths.log.open("rb") as log:
        log.seek(log_from)
        lines = log.read(LOG_LIMIT).decode("utf-8", "replace").splitlines()
        warnings = [line for line in lines if " # " in line and "WARNING" not in line]
        said = (warnings or [line for line in lines if line.strip()] or [""])[-1]
        reason = one_line(said.rpartition(" # ")[2], 300)
        if "append only file" in reason or "AOF" in reason:
            return (
                f"the private Valkey cannot read its data in {paths.data_dir}: {reason}; "
                f"repair it with valkey-check-aof, or move {paths.data_dir} aside to begin empty"
            )
        return (
            f"the private Valkey did not start: {reason}; "
            f"the whole log is {paths.log}, and ORCHESTRA_STATE_DIR names another place"
        )
    return f"the private Valkey did not start and left no log in {paths.data_dir}"


def _no_answer(paths: ServerPaths, record: ServerRecord | None) -> str:
    who = f"process {record.pid} on {record.host}" if record else "an unknown process"
    return (
        f"the private Valkey of {paths.data_dir} ({who}) lives but does not answer; "
        "stop it with 'orchestra down' or by hand, then try again"
    )


def _eventually(condition: Callable[[], bool], within: float) -> bool:
    """Poll a condition that no event announces."""
    until = time.monotonic() + within
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(_LOOK_AGAIN)
    return True
