"""The hook's settings file: which chamber the hook serves, and where its reports go."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from orchestra_core.models import Chamber

HOOK = Path(".claude", "hooks", "interrupt_monitor.py")
HOOK_SETTINGS = HOOK.with_suffix(".json")
# The hook used to be three files; installing it removes these two.
RETIRED = tuple(HOOK.with_name(f"interrupt_{name}.py") for name in ("reader", "agents"))
HOOK_CACHE = HOOK.parent / "__pycache__"
# In the main checkout: links to folders of chambers below its top.
ELSEWHERE = HOOK.parent / "elsewhere"
# In the main checkout: which subagent works in which chamber, and which of those are closed.
BINDINGS = HOOK.parent / "bindings"
_DIGEST_LENGTH = 12
# It holds only paths, which are useful to its owner alone.
HOOK_SETTINGS_MODE = 0o600


def owner_mark(chamber_id: str) -> Path:
    """Return the file that tells a chamber's sessions from those of a former one at its path."""
    digest = hashlib.sha256(chamber_id.encode()).hexdigest()
    return HOOK.with_name(f"{HOOK.stem}.of.{digest[:_DIGEST_LENGTH]}")


def owner_marks(chamber: Path) -> list[Path]:
    """Return all owner marks in a chamber."""
    return list((chamber / HOOK.parent).glob(f"{HOOK.stem}.of.*"))


class HookSettings(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The hook's settings file; in the main checkout only mode, root and isolation are set.

    With `isolation` a worker cannot write in `main` or other chambers. Only the main checkout's
    setting counts, so that one setting applies to all chambers.
    """

    mode: Literal["chamber", "main"]
    root: str  # the chamber, or the main checkout
    main: str = ""  # the main checkout
    isolation: bool = True
    agents: tuple[str, ...] = ()  # agents besides Claude Code whose clients get hooks in chambers
    chamber_id: str = ""
    chamber: str = ""
    worktrees: bool = True  # only in the main checkout: the client's worktrees become chambers
    own_hooks: bool = False  # the chamber's own settings start the hook
    spool: str = ""
    slot: str = ""  # the prefix of its reports' names in the spool


def is_outdated(chamber: Path) -> bool:
    """Tell whether a chamber's hook settings are from before the spool."""
    settings = _settings_in(chamber)
    if settings is None:
        return False
    is_here = settings.mode == "chamber" and Path(settings.root) == chamber
    return is_here and not settings.spool


def remove_retired(root: Path) -> list[Path]:
    """Remove the hook's former files below `root`; return those that existed."""
    places = [path for path in RETIRED if (root / path).is_file()]
    former_files = [path for path in places if b"Orchestra" in (root / path).read_bytes()]
    for path in former_files:
        (root / path).unlink()
    return former_files


def remove_cache(root: Path) -> None:
    """Remove the hook's compiled files from a chamber or the main checkout."""
    for path in (HOOK, *RETIRED):
        for compiled in (root / HOOK_CACHE).glob(f"{path.stem}.*.pyc"):
            compiled.unlink(missing_ok=True)
    if (root / HOOK_CACHE).is_dir() and not any((root / HOOK_CACHE).iterdir()):
        (root / HOOK_CACHE).rmdir()


def chamber_settings(chamber: Chamber, *, main: Path, reports: Path, own_hooks: bool) -> bytes:
    """Return the settings of a chamber's hook as JSON; its reports begin with `reports`."""
    return _encode(
        HookSettings(
            mode="chamber",
            root=chamber.path,
            main=str(main),
            chamber_id=chamber.id,
            chamber=chamber.name,
            own_hooks=own_hooks,
            spool=str(reports.parent),
            slot=reports.name,
        )
    )


def main_settings(
    root: Path,
    reports: Path,
    *,
    isolation: bool = True,
    worktrees: bool = True,
    agents: Sequence[str] = (),
) -> bytes:
    """Return the settings of the main checkout's hook; it finds the rest in each chamber."""
    settings = HookSettings(
        mode="main",
        root=str(root),
        isolation=isolation,
        worktrees=worktrees,
        agents=tuple(dict.fromkeys(agents)),
        spool=str(reports.parent),
        slot=reports.name,
    )
    return _encode(settings)


def chosen_agents(root: Path) -> tuple[str, ...]:
    """Return the agents chosen by `orchestra init` in a main checkout; () if it was not run."""
    settings = _settings_in(root)
    return settings.agents if settings else ()


def briefs_subagents(root: Path) -> bool:
    """Tell whether a main checkout's hooks start subagents in their chambers and brief them."""
    settings = _settings_in(root)
    return settings is not None and settings.mode == "main" and settings.worktrees


def is_isolated(root: Path) -> bool:
    """Tell whether workers are kept in their chambers, according to the main checkout's setting."""
    settings = _settings_in(root)
    return settings is None or settings.isolation


def _settings_in(root: Path) -> HookSettings | None:
    try:
        return msgspec.json.decode((root / HOOK_SETTINGS).read_bytes(), type=HookSettings)
    except (OSError, msgspec.DecodeError):
        return None


def _encode(settings: HookSettings) -> bytes:
    return msgspec.json.format(msgspec.json.encode(settings), indent=2) + b"\n"
