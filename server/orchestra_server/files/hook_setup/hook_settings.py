"""The settings file beside the hook: which chamber it serves, and how it reaches Redis."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

import msgspec
from msgspec import Struct

from orchestra_core.models import Chamber
from orchestra_core.store.client.address import read_address
from orchestra_core.store.keys import Keys
from orchestra_core.store.scripts import ScriptName, script

HOOK = Path(".claude", "hooks", "interrupt_monitor.py")
HOOK_SETTINGS = HOOK.with_suffix(".json")
# The hook used to be three files: these are removed wherever the one is written.
RETIRED = tuple(HOOK.with_name(f"interrupt_{name}.py") for name in ("reader", "agents"))
HOOK_CACHE = HOOK.parent / "__pycache__"
# In the main checkout: links to the folders of chambers that lie below its top.
ELSEWHERE = HOOK.parent / "elsewhere"
# In the main checkout: which subagent works in which chamber, and which of these are closed.
BINDINGS = HOOK.parent / "bindings"
# It may hold the password of the server.
HOOK_SETTINGS_MODE = 0o600


class RedisAddress(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One server, as a socket needs it; `socket` empty means host and port.

    `hello` are the commands that begin a connection: AUTH and SELECT.
    """

    socket: str = ""
    host: str = ""
    port: int = 0
    tls: bool = False
    ca: str = ""
    verify: bool = True
    hello: tuple[tuple[str, ...], ...] = ()


class HookSettings(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The file beside the hook; in the main checkout only mode, root and isolation are set.

    With `isolation` a worker cannot write in `main` or other chambers. Only the main checkout's
    setting counts, so that one setting holds for all chambers.
    """

    mode: Literal["chamber", "main"]
    root: str  # the chamber, or the main checkout
    main: str = ""  # the main checkout
    isolation: bool = True
    agents: tuple[str, ...] = ()  # agents beside Claude Code whose clients get hooks in chambers
    chamber_id: str = ""
    chamber: str = ""
    own_hooks: bool = False  # the chamber's own settings start the hook
    redis: RedisAddress | None = None
    interrupt_stamp: tuple[str, ...] = ()  # EVAL and all arguments that do not change
    presence: tuple[str, ...] = ()


def remove_retired(root: Path) -> list[Path]:
    """Remove the hook's former files below `root` and return those that were there."""
    places = [path for path in RETIRED if (root / path).is_file()]
    gone = [path for path in places if b"Orchestra" in (root / path).read_bytes()]
    for path in gone:
        (root / path).unlink()
    return gone


def remove_cache(root: Path) -> None:
    """Remove what Python has compiled of the hook in a chamber or the main checkout."""
    for path in (HOOK, *RETIRED):
        for compiled in (root / HOOK_CACHE).glob(f"{path.stem}.*.pyc"):
            compiled.unlink(missing_ok=True)
    if (root / HOOK_CACHE).is_dir() and not any((root / HOOK_CACHE).iterdir()):
        (root / HOOK_CACHE).rmdir()


def chamber_settings(
    chamber: Chamber, url: str, project_id: str, *, main: Path, own_hooks: bool
) -> bytes:
    """Return the settings of a chamber's hook as JSON; `url` is the store's."""
    keys = Keys(project_id)
    return _encode(
        HookSettings(
            mode="chamber",
            root=chamber.path,
            main=str(main),
            chamber_id=chamber.id,
            chamber=chamber.name,
            own_hooks=own_hooks,
            redis=redis_address(url),
            interrupt_stamp=_evaluation(
                "interrupt_stamp",
                (keys.documents("interrupts"), keys.sequence, keys.stream),
                keys.channel,
            ),
            presence=_evaluation(
                "presence", (keys.presence, keys.activity(chamber.id)), keys.presence_channel
            ),
        )
    )


def main_settings(root: Path, *, isolation: bool = True, agents: Sequence[str] = ()) -> bytes:
    """Return the settings of the main checkout's hook; it finds the rest in each chamber."""
    settings = HookSettings(
        mode="main", root=str(root), isolation=isolation, agents=tuple(dict.fromkeys(agents))
    )
    return _encode(settings)


def chosen_agents(root: Path) -> tuple[str, ...]:
    """Return the agents chosen by `orchestra init` in a main checkout; () where it was not run."""
    try:
        return msgspec.json.decode((root / HOOK_SETTINGS).read_bytes(), type=HookSettings).agents
    except (OSError, msgspec.DecodeError):
        return ()


def redis_address(url: str) -> RedisAddress | None:
    """Return what a plain socket needs to reach `url`; None behind a Sentinel.

    A hook does not ask a Sentinel for its master: it leaves receipts instead. Raises BadInput.
    """
    address = read_address(url)
    if address.kind == "sentinel":
        return None
    parts = urlsplit(address.url)
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    is_socket = address.kind == "socket"
    return RedisAddress(
        socket=unquote(parts.path) if is_socket else "",
        host="" if is_socket else parts.hostname or "",
        port=0 if is_socket else parts.port or 0,
        tls=parts.scheme == "rediss",
        ca=options.get("ssl_ca_certs", ""),
        verify=_verified(options),
        hello=_hello(parts, options),
    )


def _hello(parts: SplitResult, options: Mapping[str, str]) -> tuple[tuple[str, ...], ...]:
    username = unquote(parts.username or options.get("username", "")) or "default"
    password = unquote(parts.password or options.get("password", ""))
    in_path = parts.path.strip("/") if parts.scheme != "unix" else ""
    database = options.get("db", in_path) or "0"
    authenticate = ("AUTH", username, password)
    return (
        *((authenticate,) if password else ()),
        *((("SELECT", database),) if database != "0" else ()),
    )


def _evaluation(name: ScriptName, keys: Sequence[str], channel: str) -> tuple[str, ...]:
    return ("EVAL", script(name).source, str(len(keys)), *keys, channel)


def _verified(options: Mapping[str, str]) -> bool:
    return options.get("ssl_cert_reqs", "required").lower() not in {"none", "optional", "0", "1"}


def _encode(settings: HookSettings) -> bytes:
    return msgspec.json.format(msgspec.json.encode(settings), indent=2) + b"\n"
